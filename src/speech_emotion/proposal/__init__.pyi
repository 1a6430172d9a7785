from .draft import Proposal, propose

__all__ = ["Proposal", "propose"]
