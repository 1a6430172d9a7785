"""Stage `train_cnn`: features to one trained model per fold."""

import shutil
from pathlib import Path

from _stage import PARAMS, run
from speech_emotion import manifest
from speech_emotion.models import backend
from speech_emotion.params.base import load
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.store import FeatureStore

MODELS = Path("models")
LIVE = Path("dvclive")


def train_cnn() -> None:
    """Write `MODELS`; keep `LIVE` up to date meanwhile."""
    settings = load(PARAMS, TrainCnn)
    clips = manifest.read("data/manifest.parquet")
    store = FeatureStore("data/features")
    # After what can be wrong with the input.
    backend.load()
    from speech_emotion.training.run import train

    shutil.rmtree(LIVE, ignore_errors=True)
    print(train(clips, store, settings, MODELS, LIVE))


if __name__ == "__main__":
    run(train_cnn, MODELS)
