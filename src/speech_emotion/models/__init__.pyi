from .baseline import Baseline
from .blueprint import Blueprint
from .bundle import Bundle, load, load_branches
from .calibration import Calibration
from .functionals import statistics
from .fusion import Fusion, Share
from .normalisation import Normalisation
from .outputs import WindowOutputs
from .provenance import CorpusUse, Provenance, ValidationScore
from .scales import FEWEST_CLIPS, Scale, by_corpus, of_clip, of_speaker
from .windows import inference_windows, pad, stretches, window_count

__all__ = [
    "FEWEST_CLIPS", "Baseline", "Blueprint", "Bundle", "Calibration", "CorpusUse", "Fusion", "Normalisation",
    "Provenance", "Scale", "Share", "ValidationScore", "WindowOutputs", "by_corpus", "inference_windows", "load",
    "load_branches", "of_clip", "of_speaker", "pad", "statistics", "stretches", "window_count",
]
