from . import result
from .history import read_history
from .intervals import by_speaker
from .metrics import OVERALL, accuracy, confusion, macro_f1, overall, precision, recall, uar
from .pooling import pool_test_parts
from .run import Evaluation, evaluate

__all__ = [
    "OVERALL", "Evaluation", "accuracy", "by_speaker", "confusion", "evaluate", "macro_f1", "overall",
    "pool_test_parts", "precision", "read_history", "recall", "result", "uar",
]
