from .blueprint import Blueprint
from .bundle import Bundle, WindowOutputs, load
from .normalisation import Normalisation
from .provenance import CorpusUse, Provenance, ValidationScore
from .windows import inference_windows, pad

__all__ = [
    "Blueprint", "Bundle", "CorpusUse", "Normalisation", "Provenance", "ValidationScore", "WindowOutputs",
    "inference_windows", "load", "pad",
]
