from .base import Section, check, load
from .evaluate import Evaluate
from .extract_mfcc import ExtractMfcc, Features, Level, Recipe, Views
from .ingest import Ingest
from .networks import Networks, settings_of
from .synthesize import Synthesize
from .train_cnn import Augment, Optimisation, Split, TrainCnn

__all__ = [
    "Augment", "Evaluate", "ExtractMfcc", "Features", "Ingest", "Level", "Networks", "Optimisation", "Recipe",
    "Section", "Split", "Synthesize", "TrainCnn", "Views", "check", "load", "settings_of",
]
