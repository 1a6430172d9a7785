from . import augment, fit
from .augment import Batch, ColumnMasks, Noise, TimeMasks, chain
from .batches import TrainingBatches
from .data import Examples, examples
from .folds import Fold, predict, train_fold
from .progress import Progress
from .run import Outputs, train

__all__ = [
    "Batch", "ColumnMasks", "Examples", "Fold", "Noise", "Outputs", "Progress", "TimeMasks", "TrainingBatches",
    "augment", "chain", "examples", "fit", "predict", "train", "train_fold",
]
