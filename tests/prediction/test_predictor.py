"""Separate audio is predicted with the feature code and the models of training."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speech_emotion.core.errors import UserError
from speech_emotion.features.compute import from_file
from speech_emotion.prediction.predictor import Predictor, predict

Make = Callable[..., Any]
LABELS = ("anger", "neutral", "sadness")


def tone(path: Path, rate: int = 16000, pitch: float = 200.0, seconds: float = 0.5, channels: int = 1) -> Path:
    time = np.arange(int(seconds * rate)) / rate
    samples = 0.3 * np.sin(2 * np.pi * pitch * time)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.tile(samples[:, None], channels), rate)
    return path


@pytest.fixture(scope="module")
def models(make_bundle: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for fold in range(2):
        (folder / f"fold-{fold}").mkdir()
        make_bundle(seed=fold).save(folder / f"fold-{fold}")
    return folder


@pytest.fixture(scope="module")
def predictor(models: Path) -> Predictor:
    return Predictor.load(models)


def test_folds_are_averaged(predictor: Predictor, tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav")
    clip = from_file(path, predictor.bundles[0].features)
    apart = [bundle.probabilities([clip])[0] for bundle in predictor.bundles]
    assert not np.allclose(*apart)
    np.testing.assert_allclose(predictor.probabilities(path), np.mean(apart, axis=0), rtol=1e-12)


def test_a_single_bundle_will_do(models: Path, predictor: Predictor, tmp_path: Path) -> None:
    one = Predictor.load(str(models / "fold-1"))
    path = tone(tmp_path / "a.wav")
    clip = from_file(path, one.bundles[0].features)
    np.testing.assert_array_equal(one.probabilities(path), predictor.bundles[1].probabilities([clip])[0])


def test_the_table(predictor: Predictor, tmp_path: Path) -> None:
    files = [tone(tmp_path / name, pitch=pitch) for name, pitch in (("b.wav", 100), ("a.wav", 900))]
    table, failures = predict(files, predictor)
    assert failures == []
    assert list(table) == ["file", "label", "p_anger", "p_neutral", "p_sadness"]
    assert table["file"].tolist() == [str(file) for file in files]
    for file, row in zip(files, table.to_dict("records"), strict=True):
        expected = predictor.probabilities(file)
        assert [row[f"p_{label}"] for label in LABELS] == expected.tolist()
        assert row["label"] == LABELS[expected.argmax()]


def test_container_channels_and_extension_change_nothing(predictor: Predictor, tmp_path: Path) -> None:
    files = [tone(tmp_path / "a.wav"), tone(tmp_path / "a.flac"), tone(tmp_path / "a.aiff"),
             tone(tmp_path / "stereo.wav", channels=2)]
    files.append(files[0].rename(tmp_path / "a.bin"))
    table, failures = predict(files[1:], predictor)
    assert failures == []
    for label in LABELS:
        assert np.ptp(table[f"p_{label}"]) < 1e-5


def test_any_sample_rate_and_lossy_formats(predictor: Predictor, tmp_path: Path) -> None:
    files = [tone(tmp_path / f"{rate}.wav", rate) for rate in (16000, 22050, 44100, 48000)]
    files += [tone(tmp_path / "a.ogg", 44100), tone(tmp_path / "a.mp3", 44100)]
    table, failures = predict(files, predictor)
    assert failures == []
    probabilities = table[[f"p_{label}" for label in LABELS]].to_numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert np.isfinite(probabilities).all()


def test_a_folder_gives_its_audio_sorted_and_nothing_else(predictor: Predictor, tmp_path: Path) -> None:
    for name in ("z.wav", "a/b.flac", "m.wav"):
        tone(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no audio")
    table, failures = predict([tmp_path], predictor)
    assert failures == []
    assert table["file"].tolist() == [str(tmp_path / name) for name in ("a/b.flac", "m.wav", "z.wav")]


def test_a_file_that_cannot_be_read_does_not_lose_the_others(predictor: Predictor, tmp_path: Path) -> None:
    text, empty = tmp_path / "text.wav", tmp_path / "empty.wav"
    text.write_text("this is no audio " * 8)
    empty.touch()
    good = tone(tmp_path / "good.wav")
    table, failures = predict([text, good, empty], predictor)
    assert table["file"].tolist() == [str(good)]
    assert len(failures) == 2
    assert str(text) in failures[0]
    assert str(empty) in failures[1]


def test_nothing_readable_gives_an_empty_table_with_its_columns(predictor: Predictor, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no")
    table, failures = predict([tmp_path / "text.wav"], predictor)
    assert table.empty
    assert list(table) == ["file", "label", "p_anger", "p_neutral", "p_sadness"]
    assert len(failures) == 1


def test_paths_that_are_not_there_and_folders_without_audio(predictor: Predictor, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.wav: there is no such file or folder"):
        predict([tmp_path / "none.wav"], predictor)
    with pytest.raises(UserError, match="there is no audio in this folder"):
        predict([tmp_path], predictor)


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no trained model here"):
        Predictor.load(tmp_path)
