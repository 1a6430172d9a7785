from . import compute, registry, views
from .analysis import Analysis, Reduction
from .compute import columns, frame_rate, from_file, prepare
from .feature import Feature
from .framing import frames, root_mean_square
from .loudness import integrated_loudness
from .mel import Mel, filter_bank, power_to_db
from .mel_scale import mel_frequencies
from .mfcc import cepstrum, delta
from .preparation import levelled, pre_emphasised, trimmed
from .spectrum import Spectrum, padded_window, power_spectra

__all__ = [
    "Analysis", "Feature", "Mel", "Reduction", "Spectrum", "cepstrum", "columns", "compute", "delta",
    "filter_bank", "frame_rate", "frames", "from_file", "integrated_loudness", "levelled", "mel_frequencies",
    "padded_window", "power_spectra", "power_to_db", "pre_emphasised", "prepare", "registry", "root_mean_square",
    "trimmed", "views",
]
