"""Stage `train_cnn`: features to one trained model per fold, and what each says of clips it was not trained on."""

import importlib
import shutil
from pathlib import Path

from _stage import PARAMS, run
from speech_emotion import manifest
from speech_emotion.parallel import start
from speech_emotion.parallel.child import Died, in_child
from speech_emotion.params.base import load
from speech_emotion.params.ingest import Ingest
from speech_emotion.params.networks import Networks
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.store import FeatureStore
from speech_emotion.training.purpose import PURPOSE

MODELS = Path("models")
PREDICTIONS = Path("data/predictions.parquet")
HISTORY = Path("data/history.csv")
LIVE = Path("dvclive")


def train_cnn() -> None:
    """Write `MODELS`, `PREDICTIONS` and `HISTORY`; keep `LIVE` up to date meanwhile."""
    settings = load(PARAMS, TrainCnn)
    networks = load(PARAMS, Networks)
    clips = manifest.read("data/manifest.parquet")
    store = FeatureStore("data/features")
    # After what can be wrong with the input.
    start.warm_up(PURPOSE.preload)
    from speech_emotion.training import memo
    from speech_emotion.training.run import Outputs, train

    shutil.rmtree(LIVE, ignore_errors=True)
    print(train(clips, store, settings, networks, Outputs(MODELS, PREDICTIONS, HISTORY, LIVE, memo.location()),
                min_duration=load(PARAMS, Ingest).min_duration))
    print(f"  {_exported()}")


def _exported() -> str:
    """Write the model as one file beside its weights; see `write_beside`."""
    # Found by name: what exporting imports decides nothing that features and weights do not decide; see dvc.yaml.
    beside = importlib.import_module("speech_emotion.export.beside")
    try:
        said: str = in_child(beside.write_beside, MODELS, preload=PURPOSE.preload)  # where TensorFlow is loaded already
    except Died as error:
        return f"not exported: the process that wrote the file ended ({error}), perhaps for want of memory"
    return said


if __name__ == "__main__":
    run(train_cnn, MODELS, PREDICTIONS, HISTORY)
