"""What several tests share: settings as shipped, small manifests, feature stores and models.

Nothing here imports TensorFlow before a test asks for a model.
"""

import copy
import dataclasses
import gc
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from ruamel.yaml import YAML

from speech_emotion.features.compiled import librosa

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# No deadline: two workers share two cores, and no assertion here is about time. The same examples on every run.
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

ROOT = Path(__file__).resolve().parents[1]
FIRST = ("tests/pipeline/test_interruptions.py", "tests/training/test_run.py", "tests/pipeline/", "tests/training/")
"""What takes longest is begun first, so that no worker is left alone with it at the end; and the second of two workers
does something else while the first makes the run from which the pipeline's tests start."""


def pytest_configure(config: pytest.Config) -> None:
    """Compile before anything is collected: the tests import librosa by themselves, and only one worker may compile."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        librosa()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order whole files; `--no-loadscope-reorder` in pyproject.toml keeps xdist from ordering them by their number."""
    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(ROOT).as_posix()
        return next((at for at, first in enumerate(FIRST) if name.startswith(first)), len(FIRST))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Keep what is loaded by now: Keras collects garbage before each network, and need not look through all of it."""
    gc.freeze()


@pytest.fixture(scope="session")
def shipped() -> Callable[[], dict[str, Any]]:
    """A function that gives a fresh copy of the shipped params.yaml."""
    document = YAML(typ="safe", pure=True).load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    return lambda: copy.deepcopy(document)


def _changed(section: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    for key, value in changes.items():
        nested = key.replace("__", ".").split(".")
        where = section
        for part in nested[:-1]:
            where = where[part]
        assert nested[-1] in where, f"the test changes {key}, which params.yaml does not have"
        where[nested[-1]] = value
    return section


@pytest.fixture(scope="session")
def train_settings(shipped: Callable[[], dict[str, Any]]) -> Callable[..., Any]:
    """A function that gives the shipped section train_cnn with changes, such as ``split__folds=3``."""
    from speech_emotion.params.train_cnn import TrainCnn

    return lambda **changes: TrainCnn.model_validate(_changed(shipped()["train_cnn"], changes))


@pytest.fixture(scope="session")
def network_settings(shipped: Callable[[], dict[str, Any]]) -> Callable[..., Any]:
    """A function that gives the shipped settings of the network `cnn` with changes, such as ``dropout=0.1``."""
    from speech_emotion.networks.cnn import Settings

    return lambda **changes: Settings.model_validate(_changed(shipped()["networks"]["cnn"], changes))


@pytest.fixture(scope="session")
def every_feature(shipped: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """A function that gives the settings of every feature: those in the shipped params.yaml and those ready there."""
    lines = (ROOT / "params.yaml").read_text(encoding="utf-8").splitlines()
    first = next(at for at, line in enumerate(lines) if "Further features" in line) + 1
    last = next(at for at in range(first, len(lines)) if not lines[at].startswith("    # "))
    ready = YAML(typ="safe", pure=True).load("\n".join(line.removeprefix("    # ") for line in lines[first:last]))
    return lambda: copy.deepcopy({**shipped()["extract_mfcc"]["features"], **ready})


@pytest.fixture(scope="session")
def extract_settings(
    shipped: Callable[[], dict[str, Any]], every_feature: Callable[[], dict[str, Any]]
) -> Callable[..., Any]:
    """A function that gives the shipped section extract_mfcc with changes, and without views unless they are asked for.

    Such as ``("mfcc", "rms", features__mfcc__deltas=2)``; features that are not shipped are those ready in params.yaml.
    """
    from speech_emotion.params.extract_mfcc import ExtractMfcc

    def make(*features: str, **changes: Any) -> ExtractMfcc:
        section = shipped()["extract_mfcc"]
        section["views"] = {kind: [] for kind in section["views"]}
        if features:
            every = every_feature()
            section["features"] = {name: every[name] for name in features}
        return ExtractMfcc.model_validate(_changed(section, changes))

    return make


@pytest.fixture(scope="session")
def make_clips() -> Callable[..., pd.DataFrame]:
    """A function from dictionaries, each some columns of one clip, to a manifest in memory, as `read` gives it."""
    from speech_emotion import manifest

    kinds = {name: column.dtype.type for name, column in manifest.SCHEMA.columns.items()}

    def make(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
        table = []
        for number, row in enumerate(rows):
            corpus = row.get("corpus", "toy")
            digest = hashlib.md5(f"{corpus} {number}".encode()).hexdigest()
            table.append({
                "clip_id": f"{corpus}-{digest[:manifest.DIGEST_LETTERS]}", "corpus": corpus, "native_label": "x",
                "sex": None, "age": None, "language": None, "statement": None, "intensity": None, "repetition": None,
                "duration": 1.0, "sample_rate": 16000, "channels": 1, "peak_dbfs": -1.0, "rms_dbfs": -20.0,
                "leading_silence": 0.1, "trailing_silence": 0.1, "noise_dbfs": -60.0, "bandwidth": 8000,
                "encoding": "lossless", "digest": digest, "audit_flags": "",
                **row, "speaker": f"{corpus}-{row['speaker']}",
            })
        return manifest.SCHEMA.validate(pd.DataFrame(table)[list(kinds)].astype(kinds))

    return make


@pytest.fixture(scope="session")
def grid(make_clips: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """A function that gives a balanced manifest: every speaker says every label `takes` times, sexes alternating."""

    def make(
        speakers: int, labels: Iterable[str] = ("anger", "neutral", "sadness"), takes: int = 2, corpus: str = "toy"
    ) -> pd.DataFrame:
        return make_clips(
            {"corpus": corpus, "speaker": f"{speaker + 1:02d}", "label": label, "statement": f"sentence {take}",
             "sex": ("female", "male")[speaker % 2]}
            for speaker in range(speakers) for label in labels for take in range(takes)
        )

    return make


@pytest.fixture(scope="session")
def make_store() -> Callable[..., Any]:
    """A function that writes a feature store of (clip_id, view, frames), 100 frames a second, and opens it."""
    from speech_emotion.store import FeatureStore, Writer

    def make(folder: Path, rows: Iterable[tuple[str, str, np.ndarray]]) -> FeatureStore:
        folder.mkdir(parents=True)
        rows = list(rows)
        columns = [f"mfcc_{index}" for index in range(rows[0][2].shape[1])]
        with Writer(folder, columns, 100.0, {"toy": True}) as writer:
            for clip_id, view, frames in sorted(rows, key=lambda row: row[:2]):
                writer.add(clip_id.rpartition("-")[0], clip_id, view, frames.astype(np.float32))
        return FeatureStore(folder)

    return make


@pytest.fixture(scope="session")
def tiny(train_settings: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives settings of a training short enough for a test, with changes."""
    small = {
        "seconds": 0.16, "epochs": 3, "batch_size": 8, "augment__time_mask_seconds": 0.02,
        "augment__coefficient_mask_width": 1, "keep": "best", "refit": False,
    }
    return lambda **changes: train_settings(**{**small, **changes})


@pytest.fixture(scope="session")
def tiny_network(network_settings: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives settings of a network small enough to train in a test, with changes."""
    small = {"filters": [4], "kernel_size": 3, "dense": 4, "dropout": 0.0}
    return lambda **changes: network_settings(**{**small, **changes})


@pytest.fixture(scope="session")
def tiny_networks(tiny_network: Callable[..., Any], shipped: Callable[[], dict[str, Any]]) -> Callable[..., Any]:
    """A function that gives settings of all networks, of which `cnn` is that of `tiny_network`, with changes of it."""
    from speech_emotion.params.networks import Networks

    return lambda **changes: Networks.model_validate(
        {**shipped()["networks"], "cnn": tiny_network(**changes).model_dump(mode="json")})


@pytest.fixture(scope="session")
def make_bundle(tiny_network: Callable[..., Any], shipped: Callable[[], dict[str, Any]]) -> Callable[..., Any]:
    """A function that gives a bundle with random weights and normalisation, for the shipped features.

    Its provenance is made up: English speech of the corpus "toy" unless it is named otherwise, of 0.3 s at least.
    """

    def make(labels: tuple[str, ...] = ("anger", "neutral", "sadness"), seed: int = 0, window_frames: int = 16,
             corpus: str = "toy", min_duration: float = 0.3, baseline_share: float = 0.0) -> Any:
        import keras

        from speech_emotion.features import compute
        from speech_emotion.models.baseline import Baseline
        from speech_emotion.models.blueprint import Blueprint
        from speech_emotion.models.bundle import Bundle
        from speech_emotion.models.functionals import statistics
        from speech_emotion.models.normalisation import Normalisation
        from speech_emotion.models.provenance import CorpusUse, Provenance, ValidationScore
        from speech_emotion.params.extract_mfcc import Recipe

        keras.utils.set_random_seed(seed)
        random = np.random.default_rng(seed)
        section = shipped()["extract_mfcc"]
        recipe = {key: value for key, value in section.items() if key in Recipe.model_fields}
        columns = compute.columns(Recipe.model_validate(recipe))
        seen = tuple(name for name in columns if name.startswith("mfcc_"))
        measured = len(statistics(np.zeros((3, len(columns)), np.float32), columns))
        blueprint = Blueprint(
            labels=labels, columns=tuple(columns), frame_rate=100.0, recipe=recipe, window_frames=window_frames,
            network="cnn", network_settings=tiny_network().model_dump(mode="json"), training={},
            provenance=Provenance(
                (CorpusUse(corpus, synthetic=corpus == "synthetic", languages=("en",), speakers=4, clips=24),),
                min_duration, (ValidationScore(fold=0, uar=0.5, clips=6, speakers=1, unheard=True),),
            ),
            baseline_share=baseline_share,
            network_columns=seen,
        )
        normalisation = Normalisation(random.standard_normal(len(seen), dtype=np.float32),
                                      random.uniform(5, 50, len(seen)).astype(np.float32))
        weights = random.normal(0, 1e-3, (measured, len(labels))).astype(np.float32)
        baseline = Baseline(weights, random.standard_normal(len(labels)))
        return Bundle(blueprint, [blueprint.build()], normalisation, baseline)

    return make


@pytest.fixture(scope="session")
def save_models() -> Callable[..., Path]:
    """A function that writes bundles as the folds of one model folder."""

    def save(folder: Path, *bundles: Any) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        bundles[0].blueprint.save(folder)
        for fold, bundle in enumerate(bundles):
            bundle.save(folder, fold)
        return folder

    return save


@pytest.fixture(scope="session")
def make_predictions() -> Callable[..., Any]:
    """A function that gives random predictions for rows of fold, clip_id, part and label."""

    def make(rows: pd.DataFrame, labels: tuple[str, ...], seed: int = 0, **origin: Any) -> Any:
        from scipy.special import softmax

        from speech_emotion.predictions import Origin, Predictions

        random = np.random.default_rng(seed)
        logits = random.standard_normal((len(rows), len(labels)))
        values = {f"{kind}_{label}": numbers[:, at] for kind, numbers in
                  (("logit", logits), ("p", softmax(logits, axis=1))) for at, label in enumerate(labels)}
        embeddings = list(random.standard_normal((len(rows), 3), dtype=np.float32))
        table = rows[["fold", "clip_id", "part", "label"]].reset_index(drop=True)
        baseline = random.choice(labels, len(rows))
        return Predictions(table.assign(**values, embedding=embeddings, baseline=baseline), Origin(**{
            "labels": labels, "protocol": "speaker_kfold", "speaker_independent": True,
            "statement_independent": False, "seed": 1, "settings": {}, **origin,
        }))

    return make


@dataclasses.dataclass
class Cluster:
    """A Dask scheduler on loopback, and its two workers."""

    address: str
    workers: list["subprocess.Popen[bytes]"]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A real one."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
    contact = tmp_path / "scheduler.json"

    def start(program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / "dask.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", str(contact), *arguments],
                env=environment, stdout=log, stderr=log,
            )

    processes = [start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        processes += [
            start("dask_worker", "--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1",
                  "--local-directory", str(tmp_path / "dask"))
            for _ in range(2)
        ]
        import distributed

        until = time.monotonic() + 30
        while not contact.exists():
            assert time.monotonic() < until, (tmp_path / "dask.log").read_text()
            time.sleep(0.05)
        with distributed.Client(scheduler_file=str(contact), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=30)
            address = client.scheduler.address
        yield Cluster(address, processes[1:])
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Programs that can open pages, by their usual names."""
_OFFLINE = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required")


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[..., Any]]:
    """A function that starts Chromium, without a window, with further arguments of its command line."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium to open pages with; `apt install chromium`, or Chrome, and these tests run")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = []

        def start(*arguments: str) -> Any:
            started.append(playwright.chromium.launch(executable_path=found, args=[*_OFFLINE, *arguments]))
            return started[-1]

        yield start
        for browser in started:
            browser.close()


@pytest.fixture(scope="session")
def runtime_files() -> dict[str, bytes]:
    """ONNX Runtime for browsers, which is had once and kept."""
    from speech_emotion.core.errors import UserError
    from speech_emotion.page import runtime

    try:
        return runtime.files(cache=ROOT / runtime.CACHE)
    except UserError as error:
        pytest.skip(f"{error}: `ser page --runtime FILE` keeps it in {runtime.CACHE}, and these tests run")
