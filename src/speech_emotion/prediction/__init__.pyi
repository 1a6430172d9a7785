from .export import Format, text
from .files import predict_files
from .predictor import NotJudged, Predictor, WindowProbabilities
from .streams import as_file, is_stream

__all__ = [
    "Format", "NotJudged", "Predictor", "WindowProbabilities", "as_file", "is_stream", "predict_files", "text",
]
