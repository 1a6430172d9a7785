from . import timeline
from .export import Format, text
from .files import predict_each, predict_files
from .judge import Judge, Judgement, Signal
from .parts import LONGEST_CLIP
from .predictor import Predictor
from .said import NotJudged, Predicted, WindowProbabilities
from .streams import as_file, is_stream
from .windows import Span, Window

__all__ = [
    "LONGEST_CLIP", "Format", "Judge", "Judgement", "NotJudged", "Predicted", "Predictor", "Signal", "Span", "Window",
    "WindowProbabilities", "as_file", "is_stream", "predict_each", "predict_files", "text", "timeline",
]
