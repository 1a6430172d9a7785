from . import probabilistic, result, shortcuts, slices
from .calibration import calibrate
from .history import read_history
from .intervals import by_speaker
from .metrics import OVERALL, accuracy, confusion, f1, macro_f1, overall, precision, recall, uar
from .pooling import pool_test_parts
from .run import Evaluation, evaluate

__all__ = [
    "OVERALL", "Evaluation", "accuracy", "by_speaker", "calibrate", "confusion", "evaluate", "f1", "macro_f1",
    "overall", "pool_test_parts", "precision", "probabilistic", "read_history", "recall", "result", "shortcuts",
    "slices", "uar",
]
