"""Figures are valid PNGs, the same for the same numbers, and show those numbers."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from speech_emotion.report import figures

COUNTS = pd.DataFrame([[8, 2, 0], [1, 1, 0], [0, 0, 0]], ["anger", "fear", "joy"], ["anger", "fear", "joy"])
RECALLS = {"anger": 0.8, "fear": 0.5, "joy": 0.25}


def epochs(folds: int) -> pd.DataFrame:
    # Folds stop at different epochs.
    return pd.DataFrame([
        {"fold": fold, "epoch": epoch, "loss": 1 / epoch, "val_loss": 1 / epoch + fold / 10, "accuracy": 1 - 1 / epoch,
         "val_accuracy": 0.9 - 1 / epoch}
        for fold in range(folds) for epoch in range(1, 5 + fold)
    ])


FIGURES: dict[str, Callable[[], Figure]] = {
    "history of one fold": lambda: figures.history(epochs(1), "toy, speaker_holdout"),
    "history of folds": lambda: figures.history(epochs(3), "toy, speaker_kfold"),
    "confusion": lambda: figures.confusion(COUNTS, "toy"),
    "recall": lambda: figures.recall(RECALLS, 0.516, "toy"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_numbers_give_the_same_bytes_of_a_valid_png(name: str, tmp_path: Path) -> None:
    first, second = tmp_path / "new" / "a.png", tmp_path / "new" / "b.png"
    for path in (first, second):
        figures.save(FIGURES[name](), path, 60)
    assert first.read_bytes() == second.read_bytes()
    with Image.open(first) as image:
        image.load()
        assert image.format == "PNG"
        assert min(image.size) >= 100
        assert len(image.convert("RGB").getcolors(1 << 24) or []) > 3  # not an empty sheet
        assert "Software" not in image.info
    assert sorted(path.name for path in first.parent.iterdir()) == ["a.png", "b.png"]


def test_dpi_sets_the_size(tmp_path: Path) -> None:
    sizes = []
    for dpi in (50, 100):
        figures.save(FIGURES["recall"](), tmp_path / f"{dpi}.png", dpi)
        with Image.open(tmp_path / f"{dpi}.png") as image:
            sizes.append(image.size)
    assert sizes[1] == pytest.approx((2 * sizes[0][0], 2 * sizes[0][1]), abs=1)


def test_confusion_is_normalised_by_actual_class_and_gives_counts() -> None:
    axes = figures.confusion(COUNTS, "toy").axes[0]
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["80%\n8", "20%\n2", "0%\n0", "50%\n1", "50%\n1", "0%\n0", "0%\n0", "0%\n0", "0%\n0"]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("predicted", "actual", "toy")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["anger", "fear", "joy"]


def test_recall_shows_every_label_uar_and_chance() -> None:
    axes = figures.recall(RECALLS, 0.516, "toy").axes[0]
    assert [bar.get_width() for bar in axes.patches] == [0.8, 0.5, 0.25]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["UAR 0.516", "chance 0.333"]


def test_history_shows_training_and_validation_and_each_fold() -> None:
    for folds in (1, 3):
        figure = figures.history(epochs(folds), "toy")
        assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
        for axes in figure.axes:
            assert len(axes.lines) == 2 * (1 + (folds if folds > 1 else 0))
            assert [line.get_label() for line in axes.lines if line.get_linewidth() == 2] == ["training", "validation"]


def test_history_means_over_the_folds_that_still_trained() -> None:
    mean = next(line for line in figures.history(epochs(3), "t").axes[0].lines if line.get_label() == "validation")
    last = epochs(3).groupby("epoch")["val_loss"].mean()
    assert list(mean.get_ydata()) == pytest.approx(last.tolist())
