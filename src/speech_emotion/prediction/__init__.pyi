from .export import Format, text
from .files import predict_files
from .predictor import Predictor
from .said import Heard, NotJudged, WindowProbabilities
from .streams import as_file, is_stream

__all__ = [
    "Format", "Heard", "NotJudged", "Predictor", "WindowProbabilities", "as_file", "is_stream", "predict_files", "text",
]
