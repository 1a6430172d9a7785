"""Figures are valid PNGs, the same for the same numbers, and show those numbers."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from speech_emotion.report import figures

COUNTS = pd.DataFrame([[8, 2, 0], [1, 1, 0], [0, 0, 0]], ["anger", "fear", "joy"], ["anger", "fear", "joy"])
TITLE = ("crema_d, emodb, ravdess, savee, tess, cross_corpus\nUAR over 2 of 3 labels (joy never tested) 0.567 "
         "(95% interval over speakers 0.496 to 0.638; rough: 7 test speakers, fewer than 10), 12,959 clips")


def epochs(folds: int) -> pd.DataFrame:
    # Folds stop at different epochs.
    return pd.DataFrame([
        {"fold": fold, "network": 0, "epoch": epoch, "kept": epoch == 4 + fold, "loss": 1 / epoch,
         "val_loss": 1 / epoch + fold / 10, "accuracy": 1 - 1 / epoch, "val_accuracy": 0.9 - 1 / epoch}
        for fold in range(folds) for epoch in range(1, 5 + fold)
    ])


FIGURES: dict[str, Callable[[], Figure]] = {
    "history of one fold": lambda: figures.history(epochs(1), "toy, speaker_holdout"),
    "history of folds": lambda: figures.history(epochs(3), "toy, speaker_kfold"),
    "confusion": lambda: figures.confusion(COUNTS, "toy"),
    "recall": lambda: figures.recall(COUNTS, "toy"),
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


@pytest.mark.parametrize("label", ["$", "a$b$", r"$\frac{", "$_{", "_hidden", "{}%s\\", "null", "ü 你好"])
def test_labels_are_written_as_they_are(label: str, tmp_path: Path) -> None:
    counts = pd.DataFrame([[8, 2], [1, 1]], ["anger", label], ["anger", label])
    for draw in (figures.confusion, figures.recall):
        figure = draw(counts, f"{label}, loso")
        figures.save(figure, tmp_path / "a.png", 50)
        assert label in [text.get_text() for text in figure.axes[0].get_yticklabels()]


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
    assert texts == ["80%\n8", "20%\n2", "0%\n0", "50%\n1", "50%\n1", "0%\n0", "never tested"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "actual")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["anger", "fear", "joy"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["anger", "fear", "joy"]


def test_recall_shows_every_label_uar_and_chance() -> None:
    figure = figures.recall(COUNTS, "toy")
    axes = figure.axes[0]
    assert [bar.get_width() for bar in axes.patches] == [0.8, 0.5, 0]
    assert [text.get_text() for text in axes.texts] == ["0.80 (8 of 10)", "0.50 (1 of 2)", "never tested"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["UAR 0.650", "chance 0.500"]
    assert [line.get_xdata()[0] for line in axes.lines] == [0.65, 0.5]


def test_no_value_of_recall_collides_with_a_line_or_the_legend() -> None:
    figure = figures.recall(COUNTS, TITLE)
    figure.draw_without_rendering()
    axes, (legend,) = figure.axes[0], figure.legends
    values = [text.get_window_extent() for text in axes.texts]
    assert all(value.x0 > axes.bbox.x1 for value in values), "every line and bar is within the axes"
    assert not any(value.overlaps(legend.get_window_extent()) for value in values)
    assert max(value.x1 for value in values) <= figure.bbox.x1


@pytest.mark.parametrize("make", [
    lambda title: figures.history(epochs(1), title), lambda title: figures.confusion(COUNTS, title),
    lambda title: figures.recall(COUNTS, title),
], ids=["history", "confusion", "recall"])
def test_a_long_title_is_all_there(make: Callable[[str], Figure]) -> None:
    figure = make(TITLE)
    figure.draw_without_rendering()
    (title,) = [text for text in figure.texts if text.get_text()]
    assert title.get_text().split() == TITLE.split()
    extent = title.get_window_extent()
    assert 0 <= extent.x0 < extent.x1 <= figure.bbox.x1
    assert all(extent.y0 > axes.bbox.y1 for axes in figure.axes)


def test_history_shows_training_and_validation_and_each_fold() -> None:
    for folds in (1, 3):
        figure = figures.history(epochs(folds), "toy")
        assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
        for axes in figure.axes:
            assert len(axes.lines) == 2 * (1 + (folds if folds > 1 else 0)) + 1
            assert [line.get_label() for line in axes.lines if line.get_linewidth() == 2] == ["training", "validation"]


def test_history_marks_the_epoch_of_each_fold_whose_weights_were_kept() -> None:
    # Of each of these folds another epoch's.
    table = epochs(3)
    table["kept"] = table["epoch"] == table["fold"] + 2
    loss, accuracy = figures.history(table, "toy").axes
    marks = [next(line for line in axes.lines if line.get_marker() == "o") for axes in (loss, accuracy)]
    for mark, measure in zip(marks, ("val_loss", "val_accuracy"), strict=True):
        assert list(mark.get_xdata()) == [2, 3, 4]
        kept = table[table["epoch"] == table["fold"] + 2]
        assert list(mark.get_ydata()) == kept[measure].tolist()
    assert marks[0].get_label() == "epoch kept, of each network"
    one = figures.history(table[table["fold"] == 1], "toy")
    assert [text.get_text() for text in one.legends[0].get_texts()] == ["training", "validation", "epoch kept: 3"]


@pytest.mark.parametrize("last", [1, 2, 3, 7, 50, 120])
def test_only_whole_epochs_that_were_trained_are_on_the_axis(last: int) -> None:
    table = pd.DataFrame({"fold": 0, "network": 0, "epoch": range(1, last + 1), "kept": False, "loss": 1.0,
                          "val_loss": 1.0, "accuracy": 0.5, "val_accuracy": 0.5})
    for axes in figures.history(table, "toy").axes:
        low, high = axes.get_xlim()
        ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
        assert ticks
        assert set(ticks) <= set(range(1, last + 1))


def test_history_means_over_the_folds_that_still_trained() -> None:
    mean = next(line for line in figures.history(epochs(3), "t").axes[0].lines if line.get_label() == "validation")
    last = epochs(3).groupby("epoch")["val_loss"].mean()
    assert list(mean.get_ydata()) == pytest.approx(last.tolist())
