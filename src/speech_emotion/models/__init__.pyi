from .blueprint import Blueprint
from .bundle import Bundle, WindowOutputs, load
from .normalisation import Normalisation
from .windows import inference_windows, pad

__all__ = ["Blueprint", "Bundle", "Normalisation", "WindowOutputs", "inference_windows", "load", "pad"]
