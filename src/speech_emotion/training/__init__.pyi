from .augment import ColumnMasks, Noise, TimeMasks, chain
from .batches import TrainingBatches
from .data import Examples, examples
from .folds import Fold, predict, train_fold
from .progress import EpochBar, live_curves
from .run import Outputs, train

__all__ = [
    "ColumnMasks", "EpochBar", "Examples", "Fold", "Noise", "Outputs", "TimeMasks", "TrainingBatches", "chain",
    "examples", "live_curves", "predict", "train", "train_fold",
]
