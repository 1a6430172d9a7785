from . import card
from .answer import Answer, Judged, Reason
from .card import Card, Precision
from .model import Model, load

__all__ = ["Answer", "Card", "Judged", "Model", "Precision", "Reason", "card", "load"]
