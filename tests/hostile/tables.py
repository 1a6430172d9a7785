"""Hostile tables and settings: manifest, index, frames, predictions, history and params.yaml.

Two kinds: damaged bytes, of which none may be taken for what was written unless it is the same; and other values that
somebody wrote with the right checksum, which are refused, or lead to finite numbers.
"""

import json
import random
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
from ruamel.yaml import YAML

from speech_emotion import manifest, predictions
from speech_emotion.core import tables
from speech_emotion.core.errors import UserError
from speech_emotion.evaluation.history import COLUMNS, kept_epochs, read_history
from speech_emotion.evaluation.run import evaluate
from speech_emotion.ingest.intake import Intake, take_in
from speech_emotion.params import base
from speech_emotion.params.evaluate import Evaluate, Intervals
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.params.ingest import Ingest
from speech_emotion.params.networks import Networks
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.protocol.planning import rehearse
from speech_emotion.report.write import write as report
from speech_emotion.store import FeatureStore, Writer
from speech_emotion.testing import make_corpus

from .guard import ROOT, Finding, generator, guarded
from .summary import Summary
from .values import SCALARS, other_bytes, other_document

LABELS = ("anger", "fear", "neutral")
SETTINGS = Intervals(resamples=100, confidence=0.95)


@lru_cache(maxsize=1)
def _intake(folder: Path) -> Intake:
    make_corpus(folder / "audio", "emodb", speakers=["03", "08", "09"], labels=list(LABELS))
    return take_in(folder / "audio")


@lru_cache(maxsize=1)
def _predicted(folder: Path) -> predictions.Predictions:
    clips, numbers = _intake(folder).clips, np.random.default_rng(1)
    logits = numbers.standard_normal((len(clips), 3))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    columns = {f"{kind}_{label}": values[:, at] for kind, values in (("logit", logits), ("p", shares))
               for at, label in enumerate(LABELS)}
    fold = clips["speaker"].astype("category").cat.codes
    table = pd.DataFrame({"fold": fold, "clip_id": clips["clip_id"], "part": "test", "label": clips["label"], **columns,
                          "embedding": list(numbers.standard_normal((len(clips), 2))), "baseline": "anger"})
    return predictions.Predictions(table, predictions.Origin(LABELS, "loso", True, False, seed=1, settings={}))


def write_all(folder: Path) -> None:
    """Write what a run leaves behind."""
    intake = _intake(folder)
    manifest.write(intake.clips, folder / "manifest.parquet")
    manifest.write_files(intake.files, folder / "files.parquet")
    predictions.write(_predicted(folder), folder / "predictions.parquet")
    rows = [f"{fold},0,{epoch},{epoch == 2},0.5,0.6,0.7,0.8" for fold in range(3) for epoch in (1, 2)]
    (folder / "history.csv").write_text("\n".join([",".join(COLUMNS), *rows, ""]))
    store = folder / "features"
    store.mkdir()
    with Writer(store, ["mfcc_0", "rms"], 100.0, {"toy": True}) as writer:
        for at, clip in enumerate(intake.clips["clip_id"]):
            writer.add("emodb", clip, "", np.random.default_rng(at).standard_normal((5 + at, 2)).astype(np.float32))
    (folder / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())


def _read_store(path: Path) -> pd.DataFrame:
    store = FeatureStore(path.parent)
    frames = {(clip, view): store.frames(clip, view) for clip, view in
              store.index[["clip_id", "view"]].itertuples(index=False)}
    return store.index.assign(first=[float(values[0, 0]) for values in frames.values()])


def _read_params(path: Path) -> pd.DataFrame:
    for schema in (Ingest, ExtractMfcc, TrainCnn, Networks, Evaluate):
        base.load(path, schema)
    return pd.DataFrame()


READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "manifest.parquet": manifest.read, "files.parquet": manifest.read_files, "history.csv": read_history,
    "predictions.parquet": lambda path: predictions.read(path).table, "features/index.parquet": _read_store,
    "features/emodb.npy": _read_store, "params.yaml": _read_params,
}
CHECKED = {"manifest.parquet", "files.parquet", "predictions.parquet", "features/index.parquet"}
"""Those with a checksum."""


def case(seed: int, number: int, folder: Path) -> str:
    """Read one of them, other than it was written, and use it."""
    random = generator(seed, number)
    write_all(folder)
    name = random.choice(list(READERS))
    path, read = folder / name, READERS[name]
    before = read(path)
    damaged = random.randrange(2) == 0 or name.endswith(".npy")
    if damaged:
        whole = path.read_bytes()
        head = name.endswith(".npy") and random.randrange(3) > 0
        path.write_bytes(other_bytes(random, whole[:128]) + whole[128:] if head else other_bytes(random, whole))
        unchanged = path.read_bytes() == whole
    elif name.endswith(".parquet"):
        _other_table(random, path)
    elif name.endswith(".csv"):
        _other_lines(random, path)
    else:
        document = other_document(random, YAML(typ="safe", pure=True).load(path))
        with path.open("w") as file:
            YAML(typ="safe", pure=True).dump(document, file)
    try:
        after = read(path)
        if damaged and name in CHECKED and not unchanged:
            raise Finding(f"{name}: damaged, and read" + ("" if before.equals(after) else " as something else"))
        _use(random, folder)
    except UserError as error:
        if not str(error) or len(str(error)) > 3000:
            raise Finding(f"{name}: a message of {len(str(error))} letters") from error
        return "refused"
    return "taken"


def _use(random: random.Random, folder: Path) -> None:
    clips = manifest.read(folder / "manifest.parquet")
    manifest.join_files(clips, manifest.read_files(folder / "files.parquet"))
    history = read_history(folder / "history.csv")
    kept_epochs(history)
    rehearse(folder / "params.yaml", clips)
    found = evaluate(clips, predictions.read(folder / "predictions.parquet"), history, SETTINGS)
    try:
        json.dumps(found.numbers, allow_nan=False)
    except ValueError as error:
        raise Finding(f"a number that is not finite: {error}") from error
    if random.randrange(20) == 0:
        report(found, {}, folder / "metrics", folder / "plots", dpi=50)


def _other_table(random: random.Random, path: Path) -> None:
    table = tables.read(path)
    about = dict(table.schema.metadata or {})
    column = random.choice(table.column_names)
    at = table.column_names.index(column)
    try:
        match random.randrange(9):
            case 0:
                table = table.drop_columns([column])
            case 1:
                table = table.append_column(random.choice((column, "other")), table[column])
            case 2:
                kind = random.choice(("string", "int8", "int32", "float32", "float64", "binary", "bool"))
                table = table.set_column(at, column, table[column].cast(kind))
            case 3:
                table = table.take([random.randrange(len(table)) for _ in range(random.choice((0, 1, len(table), 40)))])
            case 4 if about:
                key = random.choice(list(about))
                about[key] = json.dumps(other_document(random, json.loads(about[key]))).encode()
            case 5 if about:
                key = random.choice(list(about))
                about[key] = other_bytes(random, about[key])
            case _:
                rows = table.to_pylist()
                for row in random.sample(rows, random.choice((1, 1, 2, len(rows)))):
                    row[column] = random.choice((*SCALARS, float("nan"), float("inf"), rows[0][column], -3, 12))
                table = pyarrow.Table.from_pylist(rows, random.choice((table.schema, None)))
    except (pyarrow.ArrowException, OverflowError, TypeError, ValueError):
        return  # no such table
    tables.write(table, path, about)


def _other_lines(random: random.Random, path: Path) -> None:
    rows = [line.split(",") for line in path.read_text().splitlines()]
    for _ in range(random.choice((1, 2, 5))):
        row = random.choice(rows)
        match random.randrange(4):
            case 0:
                row.pop()
            case 1:
                rows.append(list(row))
            case _:
                row[random.randrange(len(row))] = str(random.choice(SCALARS))
        rows = [row for row in rows if row] or [[""]]
    path.write_text("\n".join(map(",".join, rows)))


def attack(seed: int, cases: int, folder: Path, *, first: int = 0, workers: int = 1) -> Summary:
    """Try that many tables and settings."""
    return guarded("tables", case, seed, cases, folder, first=first, workers=workers)
