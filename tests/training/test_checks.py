"""What cannot be trained on is refused before anything is computed, and a training that fails leaves what was there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.protocol import splits
from speech_emotion.training.run import Outputs, train

Make = Callable[..., Any]
LABELS = ("anger", "neutral", "sadness")


@pytest.fixture(scope="module")
def clips(grid: Make) -> pd.DataFrame:
    table: pd.DataFrame = grid(6, LABELS, takes=2)
    return table


def frames(number: int, columns: int = 4) -> np.ndarray:
    values: np.ndarray = np.random.default_rng(number).normal(size=(20, columns)).astype(np.float32)
    return values


@pytest.fixture
def refused(clips: pd.DataFrame, make_store: Make, tiny_networks: Make, tmp_path: Path) -> Make:
    """A function that trains on given features, checks that earlier results stay, and gives the error's message."""

    def run(settings: Any, features: dict[tuple[str, str], np.ndarray] | None = None, **network: Any) -> str:
        given = features or {(clip, ""): frames(number) for number, clip in enumerate(clips["clip_id"])}
        store = make_store(tmp_path / "features", [(*key, values) for key, values in given.items()])
        (tmp_path / "models").mkdir()
        old = [tmp_path / name for name in ("models/old", "predictions.parquet", "history.csv")]
        for path in old:
            path.write_text("old")
        with pytest.raises(UserError) as caught:
            train(clips, store, settings, tiny_networks(**network),
                  Outputs(tmp_path / "models", tmp_path / "predictions.parquet", tmp_path / "history.csv"))
        assert [path.read_text() for path in old] == ["old"] * 3
        assert sorted(path.name for path in tmp_path.iterdir()) == ["features", "history.csv", "models",
                                                                   "predictions.parquet"]
        return str(caught.value)

    return run


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_a_feature_that_is_no_number(part: str, value: float, clips: pd.DataFrame, tiny: Make, refused: Make) -> None:
    split = splits.make(clips, tiny().split, tiny().seed)
    clip = split.loc[split["part"] == part, "clip_id"].iloc[0]
    features = {(each, view): frames(1) for each in clips["clip_id"] for view in ("", "speed-2")}
    features[clip, "speed-2"][7, 2] = value
    assert f"mfcc_2 of clip '{clip}' in the view 'speed-2' is {value} in frame 7" in refused(tiny(), features)


def test_a_clip_that_is_in_no_part_may_be_anything(
    clips: pd.DataFrame, tiny: Make, tiny_networks: Make, make_store: Make, tmp_path: Path
) -> None:
    given = [(clip, "", frames(number)) for number, clip in enumerate(clips["clip_id"])]
    given[0][2][0, 0] = np.nan
    store = make_store(tmp_path / "features", given)
    train(clips.drop(clips.index[0]), store, tiny(num_networks=0), tiny_networks(),
          Outputs(tmp_path / "models", tmp_path / "predictions.parquet", tmp_path / "history.csv"))


def test_a_training_that_fails_says_what_to_do(tiny: Make, refused: Make) -> None:
    said = refused(tiny(lr=1e30, lr_schedule="constant", epochs=6))
    assert "the training has failed: in epoch" in said
    assert "lower train_cnn.lr, or limit the gradient (train_cnn.clip_norm, such as 1.0)" in said


def test_a_network_that_is_too_deep_for_the_window(tiny: Make, refused: Make) -> None:
    assert "networks.cnn does not fit train_cnn.seconds" in refused(tiny(), filters=[4, 4, 4, 4, 4])


def test_masks_that_are_too_wide(tiny: Make, refused: Make) -> None:
    assert "coefficient_mask_width is 5, but the network sees 4 columns" in refused(
        tiny(augment__coefficient_mask_width=5))


def test_a_spectrum_that_the_network_does_not_see(
    clips: pd.DataFrame, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    from speech_emotion.store import FeatureStore, Writer

    (tmp_path / "features").mkdir()
    with Writer(tmp_path / "features", ["mfcc_0", "zcr"], 100.0, {}) as writer:
        for number, clip in enumerate(sorted(clips["clip_id"])):
            writer.add("toy", clip, "", frames(number, columns=2))
    settings = tiny(augment__tilt_db=6.0, baseline_only=["mfcc_*"])
    with pytest.raises(UserError, match=r"tilt_db changes mel bands .* the network sees neither \(it sees zcr"):
        train(clips, FeatureStore(tmp_path / "features"), settings, tiny_networks(),
              Outputs(tmp_path / "models", tmp_path / "p.parquet", tmp_path / "h.csv"))
    assert not (tmp_path / "models").exists()


def test_fewer_clips_than_labels(grid: Make, make_store: Make, tiny: Make, tiny_networks: Make, tmp_path: Path) -> None:
    few = grid(3, LABELS, takes=1)
    store = make_store(tmp_path / "features", [(clip, "", frames(0)[:16]) for clip in few["clip_id"]])  # a window each
    with pytest.raises(UserError, match="3 training clips for 3 labels are too few to learn from"):
        train(few, store, tiny(split__protocol="loso"), tiny_networks(),
              Outputs(tmp_path / "models", tmp_path / "predictions.parquet", tmp_path / "history.csv"))
    assert not (tmp_path / "models").exists()
