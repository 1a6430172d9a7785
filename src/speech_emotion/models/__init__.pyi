from .baseline import Baseline, statistics
from .blueprint import Blueprint
from .bundle import Bundle, load
from .normalisation import Normalisation
from .outputs import WindowOutputs
from .provenance import CorpusUse, Provenance, ValidationScore
from .windows import inference_windows, pad, stretches

__all__ = [
    "Baseline", "Blueprint", "Bundle", "CorpusUse", "Normalisation", "Provenance", "ValidationScore", "WindowOutputs",
    "inference_windows", "load", "pad", "statistics", "stretches",
]
