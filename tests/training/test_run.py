"""Training: the same bytes twice, learning what can be learnt, from the training part alone."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.models.bundle import Bundle, find
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.protocol import splits
from speech_emotion.training.fit import fit
from speech_emotion.training.run import train

Make = Callable[..., Any]
Features = dict[str, np.ndarray]
LABELS = ("anger", "neutral", "sadness")


def separable(clips: pd.DataFrame) -> Features:
    """Four columns, of which one is high, for each label another; clips of 12 to 40 frames."""
    features = {}
    for number, (clip, label) in enumerate(zip(clips["clip_id"], clips["label"], strict=True)):
        random = np.random.default_rng(number)
        frames = random.normal([5, 0, -5, 100], size=(12 + 4 * (number % 8), 4))
        frames[:, LABELS.index(label)] += 4
        features[clip] = frames.astype(np.float32)
    return features


@pytest.fixture(scope="module")
def clips(grid: Make) -> pd.DataFrame:
    table: pd.DataFrame = grid(6, LABELS, takes=2)
    return table


@pytest.fixture(scope="module")
def features(clips: pd.DataFrame) -> Features:
    return separable(clips)


@pytest.fixture
def store(make_store: Make, features: Features, tmp_path: Path) -> Any:
    return make_store(tmp_path / "features", [(clip, "", frames) for clip, frames in features.items()])


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }


def members(clips: pd.DataFrame, settings: Any) -> pd.DataFrame:
    split = splits.make(clips, settings.split, settings.seed)
    return split[split["fold"] == 0].merge(clips[["clip_id", "label"]], on="clip_id")


def equal_weights(one: Bundle, other: Bundle) -> bool:
    pairs = zip(one.model.get_weights(), other.model.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def test_two_runs_give_the_same_bytes_of_every_file(clips: Any, store: Any, tiny: Make, tmp_path: Path) -> None:
    settings = tiny(split__protocol="speaker_kfold", split__folds=2, cnn__dropout=0.3, augment__noise=0.1)
    first = train(clips, store, settings, tmp_path / "a", None)
    again = train(clips.sample(frac=1, random_state=0), store, settings, tmp_path / "b", tmp_path / "live")
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert sorted(digests(tmp_path / "a")) == [
        "fold-0/bundle.json", "fold-0/model.weights.h5", "fold-1/bundle.json", "fold-1/model.weights.h5",
        "history.csv", "split.csv",
    ]
    assert first == again
    assert "speaker_kfold, 2 folds, 36 clips of 6 speakers, 3 labels" in first
    # DVCLive's files are beside, one folder per fold.
    assert sorted(path.name for path in (tmp_path / "live").iterdir()) == ["fold-0", "fold-1"]
    train(clips, store, settings.model_copy(update={"seed": 2}), tmp_path / "a", None)
    assert digests(tmp_path / "a")["fold-0/model.weights.h5"] != digests(tmp_path / "b")["fold-0/model.weights.h5"]

    split = pd.read_csv(tmp_path / "b" / "split.csv")
    pd.testing.assert_frame_equal(split, splits.make(clips, settings.split, settings.seed), check_dtype=False)
    history = pd.read_csv(tmp_path / "b" / "history.csv")
    assert list(history)[:2] == ["fold", "epoch"]
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} < set(history)
    assert history.groupby("fold")["epoch"].apply(list).tolist() == [[1, 2, 3], [1, 2, 3]]
    assert [bundle.labels for bundle in map(Bundle.load, find(tmp_path / "b"))] == [LABELS, LABELS]


def test_it_learns_what_can_be_learnt(clips: Any, store: Any, features: Features, tiny: Make) -> None:
    settings = tiny(epochs=40, lr=0.02, early_stopping=0, cnn__filters=[8], cnn__dense=8)
    rows = members(clips, settings)
    bundle, history = fit(rows, store, settings, fold=0, live=None)
    test = rows[rows["part"] == "test"]
    predicted = bundle.probabilities([features[clip] for clip in test["clip_id"]]).argmax(axis=1)
    assert (np.array(bundle.labels)[predicted] == test["label"].to_numpy(dtype=str)).mean() >= 0.9
    assert history["val_loss"].min() < history["val_loss"].iloc[0]


def test_early_stopping_keeps_the_best_epoch(clips: Any, store: Any, tiny: Make) -> None:
    settings = tiny(epochs=60, lr=0.3, early_stopping=2, lr_schedule="constant", label_smoothing=0.0)
    rows = members(clips, settings)
    bundle, history = fit(rows, store, settings, fold=0, live=None)
    assert len(history) < 60
    assert len(history) == history["val_loss"].argmin() + 1 + 2
    validation = rows[rows["part"] == "validation"]
    probabilities = bundle.probabilities([store.frames(clip) for clip in validation["clip_id"]])
    right = [bundle.labels.index(label) for label in validation["label"]]
    accuracy = (probabilities.argmax(axis=1) == right).mean()
    best = history.loc[history["val_loss"].idxmin(), "val_accuracy"]
    assert accuracy == pytest.approx(best, abs=0.35)  # Keras counts windows, a bundle clips


def test_only_the_training_part_is_normalised_by_and_test_clips_are_not_looked_at(
    clips: Any, features: Features, make_store: Make, tiny: Make, tmp_path: Path
) -> None:
    settings = tiny(epochs=1)
    rows = members(clips, settings)

    def trained(name: str, part: str | None) -> Bundle:
        changed = set(rows.loc[rows["part"] == part, "clip_id"]) if part else set()
        given = [(clip, "", frames * (50 if clip in changed else 1)) for clip, frames in features.items()]
        bundle, _ = fit(rows, make_store(tmp_path / name, given), settings, fold=0, live=None)
        return bundle

    plain = trained("plain", None)
    expected = Normalisation.fit([features[clip] for clip in rows.loc[rows["part"] == "train", "clip_id"]])
    np.testing.assert_array_equal(plain.normalisation.mean, expected.mean)
    np.testing.assert_array_equal(plain.normalisation.std, expected.std)
    for part in ("test", "validation"):
        other = trained(part, part)
        np.testing.assert_array_equal(other.normalisation.mean, plain.normalisation.mean)
        # With a single epoch there is none to choose, so the validation part changes nothing either.
        assert equal_weights(other, plain)
    assert not equal_weights(trained("train", "train"), plain)


def test_views_are_for_training_only(
    clips: Any, features: Features, make_store: Make, tiny: Make, tmp_path: Path
) -> None:
    settings = tiny(epochs=1)
    rows = members(clips, settings)
    parts = dict(zip(rows["clip_id"], rows["part"], strict=True))

    def trained(name: str, viewed: set[str]) -> Bundle:
        given = [(clip, "", frames) for clip, frames in features.items()]
        given += [(clip, "speed_0.9", features[clip] * np.float32(1.5)) for clip in features if parts[clip] in viewed]
        bundle, _ = fit(rows, make_store(tmp_path / name, given), settings, fold=0, live=None)
        return bundle

    plain, seen = trained("plain", set()), trained("train", {"train"})
    assert not equal_weights(plain, seen)
    train_clips = [clip for clip, part in parts.items() if part == "train"]
    expected = Normalisation.fit([features[clip] * factor for clip in train_clips for factor in (1, np.float32(1.5))])
    np.testing.assert_allclose(seen.normalisation.mean, expected.mean, rtol=1e-6)
    assert equal_weights(trained("others", {"validation", "test"}), plain)
    assert equal_weights(trained("all", {"train", "validation", "test"}), seen)


@pytest.mark.parametrize("schedule", ["constant", "cosine", "plateau"])
def test_every_learning_rate_schedule(schedule: str, clips: Any, store: Any, tiny: Make) -> None:
    settings = tiny(epochs=6, lr=0.9, lr_schedule=schedule, early_stopping=3)
    bundle, history = fit(members(clips, settings), store, settings, fold=0, live=None)
    assert np.isfinite(history["val_loss"]).all()
    rate = float(bundle.model.optimizer.learning_rate)
    if schedule == "constant":
        assert rate == pytest.approx(0.9)
    elif schedule == "plateau":
        assert history["learning_rate"].iloc[0] == pytest.approx(0.9)
        assert (history["learning_rate"].diff().dropna() <= 0).all()
    else:
        assert rate < 0.9


def test_labels_are_relabelled_and_left_out_clips_named(clips: Any, store: Any, tiny: Make, tmp_path: Path) -> None:
    settings = tiny(epochs=1, labels={"high": ["anger"], "low": ["sadness"]})
    said = train(clips, store, settings, tmp_path / "models", None)
    assert "left out by labels: 12 neutral" in said
    assert Bundle.load(find(tmp_path / "models")[0]).labels == ("high", "low")
    assert len(pd.read_csv(tmp_path / "models" / "split.csv")) == 24


def test_after_an_error_the_old_models_stay(clips: Any, store: Any, tiny: Make, tmp_path: Path) -> None:
    target = tmp_path / "models"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(UserError, match=r"train_cnn\.cnn does not fit train_cnn\.seconds"):
        train(clips, store, tiny(seconds=0.01), target, None)
    with pytest.raises(UserError, match="folds is 9, but there are only 6 speakers"):
        train(clips, store, tiny(split__protocol="speaker_kfold", split__folds=9), target, None)
    assert digests(target).keys() == {"old"}


@pytest.mark.parametrize("part", ["train", "validation"])
def test_a_clip_without_features_is_not_passed_over(
    part: str, clips: Any, features: Features, make_store: Make, tiny: Make, tmp_path: Path
) -> None:
    rows = members(clips, tiny())
    lost = rows.loc[rows["part"] == part, "clip_id"].iloc[0]
    given = [(clip, "", frames) for clip, frames in features.items() if clip != lost]
    with pytest.raises(UserError, match=f"holds no features of clip '{lost}'"):
        fit(rows, make_store(tmp_path / "some", given), tiny(), fold=0, live=None)
