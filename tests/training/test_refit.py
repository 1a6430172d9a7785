"""With `refit` the model that is kept and tested learns from the validation part too; what is measured does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from speech_emotion import predictions
from speech_emotion.models.bundle import load
from speech_emotion.params.train_cnn import MAIN
from speech_emotion.predictions import Predictions
from speech_emotion.protocol import splits
from speech_emotion.protocol.planning import plan
from speech_emotion.training.branch import branches_of
from speech_emotion.training.folds import Fold, train_fold
from speech_emotion.training.members import Members
from speech_emotion.training.run import Outputs, train

Make = Callable[..., Any]
LABELS = ("anger", "neutral", "sadness")


def outputs(folder: Path, memo: Path | None = None) -> Outputs:
    return Outputs(folder / "models", folder / "predictions.parquet", folder / "history.csv", folder / "live", memo)


def said(folder: Path, part: str) -> pd.DataFrame:
    made: Predictions = predictions.read(folder / "predictions.parquet")
    return made.part(part).set_index("clip_id")[[f"p_{label}" for label in LABELS]].astype(float)


@pytest.fixture(scope="module")
def settings(tiny: Make) -> Make:
    return lambda **changes: tiny(keep="last", baseline_share=0.5, **changes)


@pytest.fixture
def part(clips: pd.DataFrame, settings: Make) -> pd.Series:
    """The part of each clip."""
    split = splits.make(clips, settings(refit=True).split, 1)
    return split.set_index("clip_id")["part"]


@pytest.fixture(scope="module")
def runs(
    clips: Any, store: Any, settings: Make, tiny_networks: Make, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, str]:
    """One without and one with, on the same memo: their folder, and what each said."""
    folder = tmp_path_factory.mktemp("runs")
    without = train(clips, store, settings(refit=False), tiny_networks(), outputs(folder / "without", folder / "memo"))
    refit = train(clips, store, settings(refit=True), tiny_networks(), outputs(folder / "refit", folder / "memo"))
    return folder, without, refit


def test_what_is_measured_is_as_without_and_what_is_kept_is_another(runs: tuple[Path, str, str], store: Any) -> None:
    tmp_path, without, refit = runs
    assert without.endswith("networks: 1 trained, 0 reused")
    assert "learnt from the validation parts too" in refit
    assert refit.endswith("networks: 1 trained, 1 reused")
    assert (tmp_path / "refit/history.csv").read_bytes() == (tmp_path / "without/history.csv").read_bytes()
    assert sorted(path.name for path in (tmp_path / "refit/live").iterdir()) == ["fold-0", "fold-0-refit"]
    pd.testing.assert_frame_equal(said(tmp_path / "refit", "validation"), said(tmp_path / "without", "validation"))
    assert not np.allclose(said(tmp_path / "refit", "test"), said(tmp_path / "without", "test"))

    [kept], [measured] = load(tmp_path / "refit/models"), load(tmp_path / "without/models")
    tested = said(tmp_path / "refit", "test")
    np.testing.assert_allclose(tested, kept.probabilities([store.frames(clip) for clip in tested.index]), atol=1e-6)
    whole, trained = kept.blueprint.provenance, measured.blueprint.provenance
    assert whole.corpora[0].speakers > trained.corpora[0].speakers
    assert whole.validation == trained.validation


def test_who_decides_what(
    clips: Any, features: Any, part: pd.Series, make_store: Make, settings: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    def trained(changed: str) -> Fold:
        random = np.random.default_rng(1)
        other = {clip: frames + random.standard_normal(frames.shape, np.float32) if part[clip] == changed else frames
                 for clip, frames in features.items()}
        store = make_store(tmp_path / (changed or "as it was"), [(clip, "", frames) for clip, frames in other.items()])
        planned = plan(clips, settings(refit=True))
        members = Members(planned.assignment, planned.clips, ["corpus", "speaker", "language", "label"])
        main = branches_of(members, store, settings(refit=True), tiny_networks(), 0.0)[MAIN]
        return train_fold(members[0], store, main.blueprint, settings(refit=True), fold=0)

    as_it_was = trained("")
    for changed in ("train", "validation", "test"):
        after = trained(changed)
        weights = all(map(np.array_equal, as_it_was.bundle.networks[0].get_weights(),
                          after.bundle.networks[0].get_weights()))
        baseline = np.array_equal(as_it_was.bundle.baseline.weights, after.bundle.baseline.weights)
        # The validation part is learnt from by what is kept, and measures what is not.
        assert (weights, baseline, as_it_was.history.equals(after.history)) == {
            "train": (False, False, False), "validation": (False, False, False), "test": (True, True, True)}[changed]
        assert as_it_was.history["loss"].equals(after.history["loss"]) == (changed != "train")


def test_the_baseline_alone_is_fitted_anew_too(
    clips: Any, store: Any, settings: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    for refit in (True, False):
        train(clips, store, settings(refit=refit, num_networks=0), tiny_networks(), outputs(tmp_path / str(refit)))
    pd.testing.assert_frame_equal(said(tmp_path / "True", "validation"), said(tmp_path / "False", "validation"))
    fitted = [(tmp_path / str(refit) / "models/fold-0/baseline.npy").read_bytes() for refit in (True, False)]
    assert fitted[0] != fitted[1]


def test_it_needs_nothing_to_choose_by(tiny: Make) -> None:
    with pytest.raises(ValidationError, match="must be false when keep is best"):
        tiny(refit=True, keep="best")
    with pytest.raises(ValidationError, match="must be false when lr_schedule is plateau"):
        tiny(refit=True, keep="last", lr_schedule="plateau")
