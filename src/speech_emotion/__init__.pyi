from . import (
    acquisition,
    audio,
    corpora,
    evaluation,
    export,
    extraction,
    features,
    ingest,
    inspection,
    manifest,
    models,
    networks,
    params,
    portable,
    prediction,
    predictions,
    probabilities,
    proposal,
    protocol,
    report,
    sharing,
    store,
    synthesis,
    testing,
    training,
    upkeep,
)
from .core.errors import UserError
from .portable.model import load
from .prediction.files import predict_files
from .prediction.predictor import Predictor
from .store import FeatureStore

__all__ = [
    "FeatureStore", "Predictor", "UserError", "acquisition", "audio", "corpora", "evaluation", "export", "extraction",
    "features", "ingest", "inspection", "load", "manifest", "models", "networks", "params", "portable", "predict_files",
    "prediction", "predictions", "probabilities", "proposal", "protocol", "report", "sharing", "store", "synthesis",
    "testing", "training", "upkeep",
]
