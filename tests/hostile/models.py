"""Hostile models: every file of a model folder, damaged or other than training writes it."""

import json
import random
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.features import compute
from speech_emotion.models import backend
from speech_emotion.models.baseline import Baseline
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.calibration import Calibration
from speech_emotion.models.functionals import statistics
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.models.provenance import CorpusUse, Provenance, ValidationScore
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc, Recipe
from speech_emotion.testing import tone

from .guard import ROOT, Finding, generator, guarded
from .summary import Summary
from .values import other_bytes, other_document

FILES = ("model.json", "model.json", "model.json", "fold-0/normalisation.json", "fold-0/calibration.json",
         "fold-0/baseline.npy", "fold-0/network-0.weights.h5")


@lru_cache(maxsize=1)
def _recipe() -> Recipe:
    settings: Recipe = Recipe.part_of(load(ROOT / "params.yaml", ExtractMfcc))
    return settings.model_copy(update={"features": settings.features.model_copy(update={"f0": None})})


@lru_cache(maxsize=1)
def _bundle() -> Any:
    backend.load()
    from speech_emotion.models.bundle import Bundle

    columns = compute.columns(_recipe())
    network = {"filters": [4], "kernel_size": 3, "pool_size": 4, "dense": 4, "dropout": 0.0, "batch_norm": True}
    blueprint = Blueprint(
        labels=("anger", "fear"), columns=tuple(columns), frame_rate=compute.frame_rate(_recipe()),
        recipe=_recipe().document(), window_frames=40, network="cnn", network_settings=network, training={"lr": 0.1},
        provenance=Provenance((CorpusUse("toy", False, ("en",), 4, 24),), 0.3, (ValidationScore(0, 0.5, 6, 1, True),)),
        views=("", "speed-0.9"), baseline_share=0.5)
    measured = len(statistics(np.zeros((3, len(columns)), np.float32), columns))
    return Bundle(blueprint, [blueprint.build()],
                  Normalisation(np.zeros(len(columns), np.float32), np.ones(len(columns), np.float32)),
                  Baseline(np.zeros((measured, 2)), np.zeros(2)))


def case(seed: int, number: int, folder: Path) -> str:
    """Load a model, other than it was written, and let it judge a tone."""
    random = generator(seed, number)
    models = folder / "models"
    models.mkdir()
    _bundle().blueprint.save(models)
    _bundle().save(models, 0)
    Calibration(2.0, applied=True).save(models / "fold-0")
    for _ in range(random.choice((1, 1, 1, 2))):
        _spoil(random, models / random.choice(FILES))
    from speech_emotion.prediction.predictor import Predictor
    from speech_emotion.prediction.said import NotJudged

    try:
        said = Predictor.load(models).windows(tone(0, duration=1.0), 16_000)
    except NotJudged:
        return "not judged"
    except UserError as error:
        if not str(error) or len(str(error)) > 3000:
            raise Finding(f"a message of {len(str(error))} letters") from error
        return "refused"
    finally:
        shutil.rmtree(models)
    if not (np.isfinite(said.clip).all() and np.isfinite(said.starts).all() and abs(said.clip.sum() - 1) < 1e-3):
        raise Finding(f"says {said.clip}")
    return "taken"


def _spoil(random: random.Random, path: Path) -> None:
    data = path.read_bytes()
    if path.suffix == ".json" and random.randrange(4):
        try:
            path.write_text(json.dumps(other_document(random, json.loads(data))))
        except ValueError:  # spoilt before
            path.write_bytes(other_bytes(random, data))
    elif path.suffix == ".npy" and random.randrange(2):
        array = np.ones((random.randrange(1, 900), 2))
        array.flat[random.randrange(array.size)] = random.choice((np.nan, np.inf, 1e300, 0.0))
        np.save(path, array.astype(random.choice(("f8", "f4", "f2", "i8", "?", "U3", "M8[s]", "c16"))))
    else:
        path.write_bytes(other_bytes(random, data))


def attack(seed: int, cases: int, folder: Path, *, first: int = 0, workers: int = 1) -> Summary:
    """Try that many models."""
    return guarded("models", case, seed, cases, folder, first=first, workers=workers)
