from .bands import Bands, find_bands
from .batch import Batch, Step, augment, randomness
from .change import Change, SpectralStep, one_thread
from .masks import ColumnMasks, TimeMasks
from .mixing import Mixup
from .noise import Noise
from .spectrum import FrequencyWarp, Gain, Spectral, Tilt, spectral, unwarped
from .steps import chain
from .time import TimeWarp

__all__ = [
    "Bands", "Batch", "Change", "ColumnMasks", "FrequencyWarp", "Gain", "Mixup", "Noise", "Spectral", "SpectralStep",
    "Step", "Tilt", "TimeMasks", "TimeWarp", "augment", "chain", "find_bands", "one_thread", "randomness", "spectral",
    "unwarped",
]
