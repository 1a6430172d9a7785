from . import card
from .answer import Answer, Reason
from .card import Card, Precision
from .model import Model, load

__all__ = ["Answer", "Card", "Model", "Precision", "Reason", "card", "load"]
