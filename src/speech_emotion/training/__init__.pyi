from . import augment, fit
from .augment import Batch, ColumnMasks, Noise, TimeMasks, chain
from .batches import TrainingBatches
from .data import Examples, examples
from .folds import Fold, predict, train_fold
from .progress import EpochBar, live_curves
from .run import Outputs, train

__all__ = [
    "Batch", "ColumnMasks", "EpochBar", "Examples", "Fold", "Noise", "Outputs", "TimeMasks", "TrainingBatches",
    "augment", "chain", "examples", "fit", "live_curves", "predict", "train", "train_fold",
]
