from .propose import Proposal, propose

__all__ = ["Proposal", "propose"]
