"""Figures of calibration show the numbers, the same each time."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from speech_emotion.evaluation.calibration import calibrate
from speech_emotion.predictions import Origin, Predictions
from speech_emotion.report import calibration, figures


@pytest.fixture(scope="module")
def made() -> Predictions:
    random = np.random.default_rng(0)
    first = random.uniform(0, 1, 200)
    label = np.where(random.uniform(0, 1, 200) < 0.3 + 0.4 * first, "anger", "fear")
    table = pd.DataFrame({"fold": 0, "part": ["validation", "test"] * 100, "label": label, "p_anger": first,
                          "p_fear": 1 - first})
    return Predictions(table, Origin(("anger", "fear"), "loso", True, False, seed=1, settings={}))


def test_reliability(made: Predictions) -> None:
    found = calibrate(made, made.part("test"))
    axes, below = calibration.reliability(found, "toy, loso").axes
    for line, table in zip(axes.lines[1:], (found.reliability, found.reliability_tempered), strict=True):
        assert line.get_xydata().tolist() == table[["confidence", "accuracy"]].to_numpy().tolist()
    heights = [bar.get_height() for bar in below.patches]
    assert sum(heights) == 200, "each of the 100 clips twice"
    # The bars of a bin lie within it.
    for bar, low in zip(below.patches, [*found.reliability["low"], *found.reliability_tempered["low"]], strict=True):
        assert low <= bar.get_x() <= bar.get_x() + bar.get_width() <= low + 0.1


def test_coverage(made: Predictions) -> None:
    found = calibrate(made, made.part("test"))
    (axes,) = calibration.coverage(found, "toy, loso").axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [
        found.coverage[column].tolist() for column in ("accuracy", "accuracy_tempered")]


@pytest.mark.parametrize("draw", [calibration.reliability, calibration.coverage])
def test_the_same_numbers_give_the_same_bytes(draw: object, made: Predictions, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        figures.save(draw(calibrate(made, made.part("test")), "toy"), tmp_path / name, 50)  # type: ignore[operator]
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
