"""Grids of experiments: settings that exist, every combination, and gains paired by fold and seed."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from dvc.utils.hydra import apply_overrides

from speech_emotion.core.errors import UserError
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.params.train_cnn import TrainCnn

ROOT = Path(__file__).resolve().parents[2]
GRIDS = sorted((ROOT / "experiments").glob("*.txt"))
OTHERWISE = ("networks", "encoder_layers", "encoder_heads", "mixup_within_label")
"""Grids whose first combination is not the shipped one: the baseline's part, or the network, is left out, or what is
off as shipped is on."""
BEHIND = {"encoder_layers": "whisper_base", "encoder_heads": "whisper_base_alone"}
"""Grids of an encoder's settings, and the file that brings the encoder."""


@pytest.fixture(scope="module")
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("experiments_run", ROOT / "experiments/run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def words(file: Path) -> list[str]:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    return " ".join(lines).split()[1::2]


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.stem)
def test_every_combination_is_one_that_the_pipeline_takes(grid: Path, run: ModuleType, tmp_path: Path) -> None:
    points = run.read(grid)
    assert len(points) > 1
    params, shipped = tmp_path / "params.yaml", ROOT / "params.yaml"
    encoder = words(ROOT / f"encoders/{BEHIND[grid.stem]}.txt") if grid.stem in BEHIND else []
    for number, point in enumerate(points):
        shutil.copy(shipped, params)
        apply_overrides(params, [*encoder, *point.overrides])
        settings = load(params, TrainCnn), load(params, ExtractMfcc)
        is_shipped = settings == (load(shipped, TrainCnn), load(shipped, ExtractMfcc))
        assert is_shipped == (number == 0 and grid.stem not in OTHERWISE)  # what is compared with comes first


def test_a_grid_is_the_product_of_its_values(run: ModuleType, tmp_path: Path) -> None:
    grid = tmp_path / "grid.txt"
    grid.write_text("# why\n-S train_cnn.lr=0.1,0.2\n-S train_cnn.epochs=3\n-S train_cnn.betas=[0.9,0.9],[0.8,0.9]\n")
    points = run.read(grid)
    assert [point.varied for point in points] == [
        ("lr=0.1", "betas=[0.9,0.9]"), ("lr=0.1", "betas=[0.8,0.9]"),
        ("lr=0.2", "betas=[0.9,0.9]"), ("lr=0.2", "betas=[0.8,0.9]")]
    assert all("train_cnn.epochs=3" in point.overrides for point in points)


@pytest.mark.parametrize("text", ["", "# nothing\n", "--set-param train_cnn.lr=1\n", "-S\n"])
def test_what_is_no_grid_is_refused(text: str, run: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "grid.txt").write_text(text)
    with pytest.raises(UserError, match="holds other things"):
        run.read(tmp_path / "grid.txt")
    with pytest.raises(UserError, match="cannot be read"):
        run.read(tmp_path / "none.txt")


def test_gains_are_paired_by_fold_and_seed(run: ModuleType) -> None:
    points = [run.Point((), ("lr=0.1",)), run.Point((), ("lr=0.2",))]
    scores = {
        (0, 1): run.Score(np.array([0.50, 0.60]), 0.7, 60.0), (0, 2): run.Score(np.array([0.40, 0.70]), 0.7, 62.0),
        (1, 1): run.Score(np.array([0.55, 0.61]), 0.8, 90.0), (1, 2): run.Score(np.array([0.45, 0.77]), 0.6, np.nan),
    }
    # Gains 0.05 and 0.01 with seed 1, 0.05 and 0.07 with seed 2: 0.03 and 0.06 over folds, 0.05 and 0.04 over seeds.
    assert run.table(points, scores).splitlines()[2:] == [
        "| `lr=0.1` | 0.550 |  |  |  | 61 s |",
        "| `lr=0.2` | 0.595 | +0.045 | ± 0.021 | ± 0.007 | 90 s |",
    ]
    assert run.table(points, scores, test=True).splitlines()[3].endswith("| 90 s | 0.700 |")


def test_one_seed_has_no_spread_over_seeds(run: ModuleType) -> None:
    scores = {(number, 1): run.Score(np.array([0.5]), 0.5, np.nan) for number in range(2)}
    assert run.table([run.Point((), ()), run.Point((), ("lr=0.2",))], scores).splitlines()[2:] == [
        "| as it is | 0.500 |  |  |  |  |", "| `lr=0.2` | 0.500 | +0.000 |  |  |  |"]
