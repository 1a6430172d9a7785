"""Separate audio is predicted with the feature code and the models of training."""

import dataclasses
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speech_emotion.audio import decoding, resampling
from speech_emotion.core.errors import UserError
from speech_emotion.features import compute
from speech_emotion.features.compute import from_file
from speech_emotion.ingest.intake import take_in
from speech_emotion.models.bundle import Bundle
from speech_emotion.models.calibration import Calibration
from speech_emotion.models.scales import of_speaker
from speech_emotion.prediction import parts
from speech_emotion.prediction.export import Format, text
from speech_emotion.prediction.files import predict_each, predict_files
from speech_emotion.prediction.predictor import Predictor
from speech_emotion.prediction.said import NotJudged
from speech_emotion.testing import tone, write_clip, write_samples

Make = Callable[..., Any]
LABELS = ("anger", "neutral", "sadness")
COLUMNS = ["file", "label", *(f"p_{label}" for label in LABELS), "not_judged", "note"]


@pytest.fixture(scope="module")
def models(make_bundle: Make, save_models: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = save_models(tmp_path_factory.mktemp("models"), make_bundle(seed=0), make_bundle(seed=1))
    return folder


@pytest.fixture(scope="module")
def predictor(models: Path) -> Predictor:
    return Predictor.load(models)


def test_folds_are_averaged(predictor: Predictor, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.wav")
    clip = from_file(path, predictor.recipe)
    apart = [bundle.probabilities([clip])[0] for bundle in predictor.bundles]
    assert not np.allclose(*apart)
    np.testing.assert_allclose(predictor.windows_of_file(path).clip, np.mean(apart, axis=0), rtol=1e-12)


def test_each_fold_has_its_temperature_before_they_are_averaged(
    models: Path, predictor: Predictor, tmp_path: Path
) -> None:
    path = write_clip(tmp_path / "a.wav", duration=0.3)
    apart = [bundle.windows([from_file(path, predictor.recipe)])[0].probabilities for bundle in predictor.bundles]
    calibrated = shutil.copytree(models, tmp_path / "models")
    for fold, temperature in enumerate((0.3, 4.0)):
        Calibration(temperature, applied=True).save(calibrated / f"fold-{fold}")
    said = Predictor.load(calibrated).windows_of_file(path)
    warm = [windows ** (1 / temperature) for windows, temperature in zip(apart, (0.3, 4.0), strict=True)]
    expected = np.mean([each / each.sum(axis=1, keepdims=True) for each in warm], axis=0)
    np.testing.assert_allclose(said.probabilities, expected, atol=1e-6)
    warm = [windows.mean(axis=0) ** (1 / temperature) for windows, temperature in zip(apart, (0.3, 4.0), strict=True)]
    np.testing.assert_allclose(said.clip, np.mean([each / each.sum() for each in warm], axis=0), atol=1e-6)
    # What is not applied is kept, and changes nothing.
    for fold in (0, 1):
        Calibration(4.0, applied=False).save(calibrated / f"fold-{fold}")
    np.testing.assert_array_equal(Predictor.load(calibrated).windows_of_file(path).clip,
                                  predictor.windows_of_file(path).clip)


def test_views_of_a_clip_are_judged_each_and_averaged(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle(seed=1)
    shared = dataclasses.replace(bundle.blueprint, views=("", "speed-0.9"))
    viewed = Bundle(shared, bundle.networks, bundle.normalisation, bundle.baseline)
    predictor = Predictor([viewed])
    said = predictor.windows_of_file(write_clip(tmp_path / "a.wav", duration=0.3, sample_rate=16000))
    samples, _ = decoding.read(tmp_path / "a.wav")
    each = []
    for view in ("", "speed-0.9"):
        prepared = compute.prepare(samples, predictor.recipe, view=view)
        each.append(bundle.windows([compute.features(prepared, predictor.recipe)])[0].probabilities)
    assert len(each[0]) != len(each[1]), "the slower clip is longer"
    np.testing.assert_allclose(said.clip, np.mean([windows.mean(axis=0) for windows in each], axis=0), atol=1e-6)
    np.testing.assert_allclose(said.probabilities, each[0], atol=1e-6)  # window by window, at the clip's own speed
    with pytest.raises(UserError, match="they differ in their views"):
        Predictor([viewed, bundle])


def test_a_single_fold_will_do(models: Path, predictor: Predictor, tmp_path: Path) -> None:
    one = Predictor.load(str(models / "fold-1"))
    path = write_clip(tmp_path / "a.wav")
    clip = from_file(path, one.recipe)
    np.testing.assert_array_equal(one.windows_of_file(path).clip, predictor.bundles[1].probabilities([clip])[0])


def test_windows_have_their_places_and_probabilities(predictor: Predictor, tmp_path: Path) -> None:
    # Windows of 16 frames, 100 a second; 0.3 s have 31 frames.
    outputs = predictor.windows_of_file(write_clip(tmp_path / "a.wav", duration=0.3))
    assert outputs.seconds == 0.16
    np.testing.assert_allclose(outputs.starts, [0.0, 0.08, 0.15], atol=0.006)
    assert outputs.probabilities.shape == (3, 3)
    np.testing.assert_allclose(outputs.probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(outputs.clip, outputs.probabilities.mean(axis=0))


def test_samples_in_memory_are_predicted_as_the_file_that_holds_them(predictor: Predictor, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.wav", sample_rate=44100)
    samples, rate = decoding.read(path)
    expected = predictor.windows_of_file(path)
    np.testing.assert_allclose(predictor.windows(samples, rate).probabilities, expected.probabilities, atol=1e-6)


@pytest.mark.parametrize(("what", "value"), [("labels", ("anger", "fear", "sadness")), ("recipe", {}),
                                             ("window_frames", 17), ("columns", ("a",))])
def test_models_that_do_not_agree_are_not_averaged(what: str, value: Any, make_bundle: Make) -> None:
    one, other = make_bundle(), make_bundle()
    odd = dataclasses.replace(other, blueprint=dataclasses.replace(other.blueprint, **{what: value}))
    with pytest.raises(UserError, match=f"cannot be averaged: they differ in their {what}"):
        Predictor([one, odd])


def test_features_that_this_version_does_not_know(make_bundle: Make) -> None:
    bundle = make_bundle()
    unknown = dataclasses.replace(bundle.blueprint, recipe={"sample_rate": 1})
    odd = dataclasses.replace(bundle, blueprint=unknown)
    with pytest.raises(UserError, match="cannot compute the features of this model"):
        Predictor([odd])


# --- what is not judged


UNFIT = [
    ("silent", np.zeros(32000), "digital silence"),
    ("silent", np.resize([1e-5, -1e-5], 32000), "RMS -100.0 dBFS"),
    ("too-short", tone(duration=0.05), "0.050 s, shorter than 0.3 s"),
    ("non-finite", np.where(np.arange(16000) == 9000, np.nan, 0.1), "a sample is NaN or infinite"),
]


@pytest.mark.parametrize(("rule", "samples", "reason"), UNFIT)
def test_what_holds_no_speech_is_not_judged(
    rule: str, samples: np.ndarray, reason: str, predictor: Predictor, tmp_path: Path
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, 16000, subtype="FLOAT")
    with pytest.raises(NotJudged) as of_file:
        predictor.windows_of_file(path)
    assert str(of_file.value) == f"{path}: not judged: {rule} ({reason})"
    with pytest.raises(NotJudged) as in_memory:
        predictor.windows(samples.astype(np.float32), 16000)
    for why in (of_file.value, in_memory.value):
        assert (why.rule, why.reason) == (rule, reason)
    good = write_clip(tmp_path / "b.wav")
    table, failures = predict_files([path, good], predictor)
    assert failures == []
    first, second = table.to_dict("records")
    assert (first["label"], first["not_judged"], first["note"]) == (None, rule, f"not judged: {rule} ({reason})")
    assert np.isnan([first[f"p_{label}"] for label in LABELS]).all()
    assert (second["label"] in LABELS, second["not_judged"], second["note"]) == (True, None, None)


def test_the_rules_are_those_of_ingest(predictor: Predictor, tmp_path: Path) -> None:
    (tmp_path / "anger").mkdir()
    for number, (_, samples, _) in enumerate(UNFIT):
        soundfile.write(tmp_path / "anger" / f"ann_{number}.wav", samples, 16000, subtype="FLOAT")
    intake = take_in(tmp_path, ["folder"], min_duration=predictor.min_duration)
    table, _ = predict_files([tmp_path], predictor)
    assert intake.clips.empty
    assert table["not_judged"].tolist() == intake.rejected["rule"].tolist() == [rule for rule, _, _ in UNFIT]


def test_a_clip_at_full_scale_or_very_quiet_is_judged_with_a_note(predictor: Predictor, tmp_path: Path) -> None:
    loud, low = 4 * tone(duration=0.5), tone(duration=0.5) / 1000
    assert predictor.windows(np.clip(loud, -1, 1), 16000).flags == ("clipped",)
    files = [write_samples(tmp_path / "loud.wav", loud), write_samples(tmp_path / "low.wav", low)]
    table, failures = predict_files(files, predictor)
    assert failures == []
    assert table["label"].isin(LABELS).all()
    assert table["not_judged"].isna().all()
    assert table["note"].tolist() == ["clipped (samples at full scale in a row)", "quiet (RMS below -60 dBFS)"]


def test_the_shortest_clip_is_that_of_training_or_a_window_of_analysis(make_bundle: Make, tmp_path: Path) -> None:
    trained = Predictor([make_bundle(min_duration=0.08)])
    assert trained.min_duration == 0.08
    trained.windows(tone(duration=0.08), 16000)
    # The shipped fundamental frequency is computed from 1,024 samples at 16,000 Hz.
    unlimited = Predictor([make_bundle(min_duration=0.0)])
    assert unlimited.min_duration == 0.064
    unlimited.windows(tone(duration=0.064), 16000)
    with pytest.raises(NotJudged, match=r"too-short \(0\.063 s, shorter than 0\.064 s\)"):
        unlimited.windows(tone(duration=0.063), 16000)


def test_nothing_at_all(predictor: Predictor, tmp_path: Path) -> None:
    with pytest.raises(NotJudged, match="empty"):
        predictor.windows(np.empty(0, np.float32), 16000)
    path = write_samples(tmp_path / "a.wav", np.empty(0))
    with pytest.raises(decoding.UnreadableAudio, match="holds no samples"):
        predictor.windows_of_file(path)


def test_a_file_is_decoded_once(predictor: Predictor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_clip(tmp_path / "a.wav")
    opened = []
    real = soundfile.SoundFile
    monkeypatch.setattr(soundfile, "SoundFile", lambda *given: opened.append(given) or real(*given))
    table, failures = predict_files([path], predictor)
    assert (len(table), failures, len(opened)) == (1, [], 1)


def test_a_model_knows_whether_it_has_heard_people(make_bundle: Make) -> None:
    assert Predictor([make_bundle(corpus="synthetic")]).synthetic
    assert not Predictor([make_bundle(corpus="emodb")]).synthetic


# --- models that judge a clip beside others, and models that say nothing


@pytest.fixture
def by_speaker(make_bundle: Make) -> Predictor:
    made = [make_bundle(seed=seed, baseline_share=0.5) for seed in (0, 1)]
    return Predictor([dataclasses.replace(each, blueprint=dataclasses.replace(
        each.blueprint, normalisation="speaker", views=("", "speed-0.9"))) for each in made])


def takes(folder: Path, count: int) -> list[Path]:
    return [write_clip(folder / f"{take}.wav", pitch=150 + 40 * take, duration=0.4 + 0.1 * take)
            for take in range(count)]


def test_the_files_of_one_call_are_one_speakers(by_speaker: Predictor, tmp_path: Path) -> None:
    files = takes(tmp_path, 6)
    silent = write_samples(tmp_path / "silent.wav", np.zeros(16000))
    prose = tmp_path / "text.wav"
    prose.write_text("this is no audio " * 8)
    table, failures = predict_files([silent, *files, prose], by_speaker)
    assert table["not_judged"].tolist() == ["silent", *[None] * 6]
    assert len(failures) == 1
    views = []
    for view in ("", "speed-0.9"):
        heard = []
        for file in files:
            samples, rate = decoding.read(file)
            assert rate == by_speaker.recipe.sample_rate
            prepared = compute.prepare(samples, by_speaker.recipe, view=view)
            heard.append(compute.features(prepared, by_speaker.recipe))
        scales = [of_speaker(heard, by_speaker.bundles[0].blueprint)] * len(files)
        views.append(np.mean([bundle.probabilities(heard, scales) for bundle in by_speaker.bundles], axis=0))
    said = table.loc[1:, [f"p_{label}" for label in LABELS]].to_numpy(dtype=float)
    np.testing.assert_allclose(said, np.mean(views, axis=0), atol=1e-6)
    others, _ = predict_files(files[:5], by_speaker)
    assert not np.allclose(others[[f"p_{label}" for label in LABELS]].to_numpy(dtype=float), said[:5], atol=1e-3)


def test_one_clip_or_few_say_nothing_of_a_speaker(by_speaker: Predictor, tmp_path: Path) -> None:
    files = takes(tmp_path, 4)
    with pytest.raises(UserError, match="give at least 5 clips of one speaker together"):
        by_speaker.windows_of_file(files[0])
    with pytest.raises(UserError, match="give at least 5 clips of one speaker together"):
        by_speaker.windows(tone(), 16000)
    with pytest.raises(UserError, match=r"too few clips .* statistics: 4, and it takes 5"):
        predict_files([*files, write_samples(tmp_path / "silent.wav", np.zeros(16000))], by_speaker)


def test_models_of_different_normalisation_are_not_averaged(by_speaker: Predictor, make_bundle: Make) -> None:
    blueprint = dataclasses.replace(make_bundle().blueprint, views=("", "speed-0.9"))
    with pytest.raises(UserError, match="they differ in their normalisation"):
        Predictor([by_speaker.bundles[0], dataclasses.replace(make_bundle(), blueprint=blueprint)])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_model_that_gives_no_numbers_labels_nothing(value: float, make_bundle: Make, tmp_path: Path) -> None:
    sound, broken = make_bundle(seed=0), make_bundle(seed=1)
    broken.networks[0].set_weights([np.full_like(weights, value) for weights in broken.networks[0].get_weights()])
    path = write_clip(tmp_path / "a.wav")
    judge = Predictor([sound, broken])
    table, failures = predict_files([path], judge)
    (row,) = table.to_dict("records")
    assert failures == []
    assert (row["label"], row["not_judged"]) == (None, "no-answer")
    assert row["note"] == "not judged: no-answer (the model gives no number; train it anew)"
    assert json.loads(text([*predict_each([path], judge)], LABELS, Format.JSON)) == [{
        "file": str(path), "label": None, "probabilities": None, "not_judged": "no-answer", "note": row["note"]}]
    with pytest.raises(NotJudged, match="no-answer"):
        Predictor([broken]).windows(tone(), 16000)


# --- recordings that are longer than a clip (see also test_parts.py)


def test_a_long_recording_is_judged_in_parts_each_as_a_clip(
    predictor: Predictor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = predictor.windows_of_file(long := write_clip(tmp_path / "long.wav", duration=1.5, sample_rate=48000))
    monkeypatch.setattr(parts, "LONGEST_CLIP", 0.6)
    said = predictor.windows_of_file(long)
    resampled, _ = resampling.load(long, 16000)
    clips = [predictor.windows(samples, 16000) for samples in np.split(resampled, 3)]
    np.testing.assert_array_equal(said.probabilities, np.concatenate([clip.probabilities for clip in clips]))
    np.testing.assert_allclose(said.clip, said.probabilities.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(said.starts, np.concatenate([clips[0].starts + start for start in (0, 0.5, 1)]))
    assert not np.allclose(said.clip, whole.clip, atol=1e-6), "top_db, for one, is each part's own"
    samples, rate = decoding.read(long)
    np.testing.assert_array_equal(predictor.windows(samples, rate).probabilities, said.probabilities)


def test_the_parts_of_a_long_recording_are_clips_of_the_speaker(
    by_speaker: Predictor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long, short = write_clip(tmp_path / "a.wav", duration=2.5), write_clip(tmp_path / "b.wav", pitch=300)
    samples, _ = decoding.read(long)
    clips = [write_samples(tmp_path / f"{number}.wav", clip) for number, clip in enumerate(np.split(samples, 5))]
    apart, _ = predict_files([*clips, short], by_speaker)
    monkeypatch.setattr(parts, "LONGEST_CLIP", 0.5)
    table, failures = predict_files([long, short], by_speaker)
    assert failures == []
    columns = [f"p_{label}" for label in LABELS]
    expected = apart[columns].to_numpy(dtype=float)
    np.testing.assert_allclose(table.loc[1, columns].astype(float), expected[5], atol=1e-6)
    np.testing.assert_allclose(table.loc[0, columns].astype(float), expected[:5].mean(axis=0), atol=1e-6)


# --- files and folders


def test_the_table(predictor: Predictor, tmp_path: Path) -> None:
    files = [write_clip(tmp_path / name, pitch=pitch) for name, pitch in (("b.wav", 100), ("a.wav", 900))]
    table, failures = predict_files(files, predictor)
    assert failures == []
    assert list(table) == COLUMNS
    assert table["file"].tolist() == [str(file) for file in files]
    assert table[["not_judged", "note"]].isna().all(axis=None)
    for file, row in zip(files, table.to_dict("records"), strict=True):
        expected = predictor.windows_of_file(file).clip
        assert [row[f"p_{label}"] for label in LABELS] == expected.tolist()
        assert row["label"] == LABELS[expected.argmax()]


def test_container_channels_and_extension_change_nothing(predictor: Predictor, tmp_path: Path) -> None:
    files = [write_clip(tmp_path / "a.wav"), write_clip(tmp_path / "a.flac"), write_clip(tmp_path / "a.aiff"),
             write_clip(tmp_path / "stereo.wav", channels=2)]
    files.append(files[0].rename(tmp_path / "a.bin"))
    table, failures = predict_files(files[1:], predictor)
    assert failures == []
    for label in LABELS:
        assert np.ptp(table[f"p_{label}"]) < 1e-5


def test_any_sample_rate_and_lossy_formats(predictor: Predictor, tmp_path: Path) -> None:
    files = [write_clip(tmp_path / f"{rate}.wav", sample_rate=rate) for rate in (16000, 22050, 44100, 48000)]
    files += [write_clip(tmp_path / "a.ogg", sample_rate=44100), write_clip(tmp_path / "a.mp3", sample_rate=44100)]
    table, failures = predict_files(files, predictor)
    assert failures == []
    probabilities = table[[f"p_{label}" for label in LABELS]].to_numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert np.isfinite(probabilities).all()


def test_a_folder_gives_its_audio_sorted_and_nothing_else(predictor: Predictor, tmp_path: Path) -> None:
    for name in ("z.wav", "a/b.flac", "m.wav"):
        write_clip(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no audio")
    table, failures = predict_files([tmp_path], predictor)
    assert failures == []
    assert table["file"].tolist() == [str(tmp_path / name) for name in ("a/b.flac", "m.wav", "z.wav")]


def test_a_file_that_cannot_be_read_does_not_lose_the_others(predictor: Predictor, tmp_path: Path) -> None:
    text, empty = tmp_path / "text.wav", tmp_path / "empty.wav"
    text.write_text("this is no audio " * 8)
    empty.touch()
    good = write_clip(tmp_path / "good.wav")
    table, failures = predict_files([text, good, empty], predictor)
    assert table["file"].tolist() == [str(good)]
    assert len(failures) == 2
    assert str(text) in failures[0]
    assert str(empty) in failures[1]


def test_pipes_and_devices_in_a_folder_are_not_waited_for(predictor: Predictor, tmp_path: Path) -> None:
    write_clip(tmp_path / "a.wav")
    os.mkfifo(tmp_path / "b.wav")
    (tmp_path / "c.wav").symlink_to("/dev/zero")
    table, failures = predict_files([tmp_path, tmp_path / "c.wav"], predictor)
    assert table["file"].tolist() == [str(tmp_path / "a.wav")]
    assert failures == [f"{tmp_path / name}: is no file" for name in ("b.wav", "c.wav", "c.wav")]


def test_a_name_that_is_no_text_is_shown_with_escapes(predictor: Predictor, tmp_path: Path) -> None:
    write_clip(tmp_path / os.fsdecode(b"caf\xe9.wav"))
    table, failures = predict_files([tmp_path], predictor)
    assert not failures
    assert table["file"].tolist() == [f"{tmp_path}/caf\\xe9.wav"]
    for form in Format:
        text([*predict_each([tmp_path], predictor)], LABELS, form).encode("utf-8")


def test_nothing_readable_gives_an_empty_table_with_its_columns(predictor: Predictor, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no")
    table, failures = predict_files([tmp_path / "text.wav"], predictor)
    assert table.empty
    assert list(table) == COLUMNS
    assert len(failures) == 1


def test_paths_that_are_not_there_and_folders_without_audio(predictor: Predictor, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.wav: there is no such file or folder"):
        predict_files([tmp_path / "none.wav"], predictor)
    with pytest.raises(UserError, match="there is no audio in this folder"):
        predict_files([tmp_path], predictor)


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no trained model here"):
        Predictor.load(tmp_path)
