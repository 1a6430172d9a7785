"""A training that is interrupted, anywhere, ends with the bytes of one that is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest

from speech_emotion.training.augment import chain
from speech_emotion.training.batches import TrainingBatches
from speech_emotion.training.consistency import Student
from speech_emotion.training.contrastive import Contrasting
from speech_emotion.training.fit import fit
from speech_emotion.training.memo import Entry

Make = Callable[..., Any]

EVERYTHING = {"lr_schedule": "plateau", "ema": 0.8, "early_stopping": 4, "lr": 0.02, "epochs": 9, "clip_norm": 1.0}
"""Settings of which each keeps something from one epoch to the next."""


class Killed(Exception):
    """What stands for the end of a process."""


class Kill(keras.callbacks.Callback):
    """Ends the training in the middle of an epoch, counted from 0."""

    def __init__(self, epoch: int) -> None:
        super().__init__()
        self._at, self._epoch = epoch, 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._epoch == self._at and batch == 1:
            raise Killed


@pytest.fixture
def trained(tiny: Make, tmp_path: Path) -> Callable[..., tuple[bytes, pd.DataFrame]]:
    """A function that trains with a settings' changes, and may be killed; it gives the weights' file, and the history.

    It has dropout, noise and labels that are not to be learnt, so that no epoch is like another.
    """
    random = np.random.default_rng(0)
    windows = [random.standard_normal((20, 4), dtype=np.float32) for _ in range(24)]
    targets = np.eye(3, dtype=np.float32)[random.integers(3, size=24)]
    weights = np.ones(24, np.float32)

    def train(entry: Entry | None = None, kill: int | None = None, **changes: Any) -> tuple[bytes, pd.DataFrame]:
        settings = tiny(augment__noise=0.1, augment__coefficient_mask_width=2, **changes)
        keras.backend.clear_session()
        keras.utils.set_random_seed(5)
        model = keras.Sequential([
            keras.Input((20, 4)), keras.layers.Conv1D(4, 3), keras.layers.BatchNormalization(),
            keras.layers.Flatten(), keras.layers.Dropout(0.3), keras.layers.Dense(3, name="logits"),
            keras.layers.Softmax(),
        ])
        batches = TrainingBatches(windows[:16], targets[:16], weights[:16], [np.asarray] * 16, window_frames=20,
                                  batch_size=4, shift_frames=0, steps=chain(settings.augment, 100.0), seed=3,
                                  in_pairs=settings.consistency.weight > 0)
        validation = np.stack(windows[16:]), targets[16:], weights[16:]
        learner = model
        if settings.consistency.weight:
            learner = Student(model, keras.models.clone_model(model), settings.consistency, len(batches))
        elif settings.contrastive.weight:
            learner = Contrasting(model, settings.contrastive)
        history = fit(learner, batches, validation, settings, [Kill(kill)] if kill is not None else [], entry=entry)
        model.save_weights(tmp_path / "network.weights.h5")
        return (tmp_path / "network.weights.h5").read_bytes(), history

    return train


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    return Entry(tmp_path / "memo", "a" * 64, "b" * 64)


@pytest.mark.parametrize(("changes", "kills"), [
    # Before anything is kept; some epochs on; in the last.
    (EVERYTHING, [0, 3, 5]),
    ({"lr_schedule": "cosine", "keep": "last"}, [2]),
    ({"ema": 0.8, "epochs": 4, "consistency__weight": 5.0, "consistency__ema": 0.7}, [2]),
    ({"epochs": 4, "contrastive__weight": 2.0}, [2]),
], ids=["everything", "plain", "teacher", "contrastive"])
def test_the_same_bytes_though_it_was_killed_again_and_again(
    trained: Callable[..., tuple[bytes, pd.DataFrame]], entry: Entry, changes: dict[str, Any], kills: list[int]
) -> None:
    expected, history = trained(**changes)
    if changes is EVERYTHING:  # and everything was at work
        assert history["learning_rate"].iloc[-1] < history["learning_rate"].iloc[0]
        assert (len(history), history["kept"].to_numpy().argmax()) == (6, 1)
    for kill in kills:
        with pytest.raises(Killed):
            trained(entry, kill, **changes)
        state = entry.state()
        assert (len(state.about["epochs"]) if state else 0) == kill
    weights, resumed = trained(entry, **changes)
    assert weights == expected
    pd.testing.assert_frame_equal(resumed, history, check_exact=True)


def test_what_is_damaged_is_done_anew(
    trained: Callable[..., tuple[bytes, pd.DataFrame]], entry: Entry, capsys: pytest.CaptureFixture[str]
) -> None:
    expected, _ = trained(epochs=2)
    with pytest.raises(Killed):
        trained(entry, 1, epochs=2)
    checkpoint = entry.folder / "checkpoint"
    content = bytearray(checkpoint.read_bytes())
    content[len(content) // 2] ^= 1
    checkpoint.write_bytes(content)
    assert entry.state() is None
    assert "is damaged and is done anew" in capsys.readouterr().err
    assert not checkpoint.exists()
    assert trained(entry, epochs=2)[0] == expected
