from .files import predict_files
from .predictor import Predictor, WindowProbabilities

__all__ = ["Predictor", "WindowProbabilities", "predict_files"]
