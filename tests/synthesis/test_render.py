"""The rendered corpus: its files, that it is reproducible, and that the clips sound as the table says."""

import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile

from speech_emotion.core.errors import UserError
from speech_emotion.params.base import load
from speech_emotion.params.synthesize import Synthesize
from speech_emotion.synthesis import acting, espeak, recording
from speech_emotion.synthesis.render import clip_name, render_clip, render_corpus
from speech_emotion.synthesis.speakers import SENTENCES
from speech_emotion.testing import tone

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Synthesize(seed=3, speakers=4, clips_per_emotion=2)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.wav"))}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "audio"
    assert render_corpus(folder, SETTINGS, workers=1) == 4 * 6 * 2
    return folder


def test_two_workers_give_the_same_bytes(corpus: Path, tmp_path: Path) -> None:
    render_corpus(tmp_path / "audio", SETTINGS, workers=2)
    assert contents(tmp_path / "audio") == contents(corpus)


@pytest.mark.parametrize(("speaker", "emotion", "clip"), [(3, "sad", 1), (0, "ang", 0), (2, "fea", 1)])
def test_a_clip_alone_is_the_clip_of_the_corpus(corpus: Path, speaker: int, emotion: str, clip: int) -> None:
    path, samples, sample_rate = render_clip(SETTINGS.seed, speaker, emotion, clip)
    stored, stored_rate = soundfile.read(corpus / path, dtype="int16")
    assert np.array_equal(samples, stored) and sample_rate == stored_rate


def test_another_seed_gives_another_performance() -> None:
    assert not np.array_equal(render_clip(1, 0, "hap", 0)[1], render_clip(2, 0, "hap", 0)[1])


def test_files(corpus: Path) -> None:
    names = list(contents(corpus))
    pattern = re.compile(r"(syn\d\d[fm])/\1_s\d\d_(ang|dis|fea|hap|neu|sad)_1\.wav")
    assert len(names) == 48 and all(pattern.fullmatch(name) for name in names)
    for name in names:
        info = soundfile.info(corpus / name)
        assert (info.channels, info.subtype) == (1, "PCM_16")
        assert 1 <= info.duration <= 4
    assert len(set(contents(corpus).values())) == len(names)


def test_every_emotion_of_a_speaker_has_the_same_sentences(corpus: Path) -> None:
    parts = sorted(Path(name).stem.split("_") for name in contents(corpus))
    for _, clips in groupby(parts, key=lambda part: part[0]):
        by_emotion: dict[str, set[str]] = {}
        for _, sentence, emotion, _ in clips:
            by_emotion.setdefault(emotion, set()).add(sentence)
        assert len(set(map(frozenset, by_emotion.values()))) == 1


def test_takes_count_on_when_the_sentences_are_used_up() -> None:
    actor = acting.draw_actor(0, 0, len(SENTENCES))
    names = [clip_name(0, "neu", clip, actor)[0] for clip in range(25)]
    assert len(set(names)) == 25
    assert [name[-5] for name in names[::10]] == ["1", "2", "3"]


@pytest.fixture(scope="module")
def measured() -> dict[str, np.ndarray]:
    """Means over speakers and clips, for each emotion: F0 in semitones, duration in s, energy above 2 kHz in dB."""
    rows: dict[str, list[list[float]]] = {}
    for emotion in acting.PROFILES:
        for speaker in range(6):
            for clip in range(2):
                _, samples, rate = render_clip(5, speaker, emotion, clip)
                signal = samples / 32768
                f0 = librosa.yin(signal, fmin=60, fmax=600, sr=rate, frame_length=1024, hop_length=512)
                loud = librosa.feature.rms(y=signal, frame_length=1024, hop_length=512)[0]
                power = np.abs(np.fft.rfft(signal)) ** 2
                frequency = np.fft.rfftfreq(len(signal), 1 / rate)
                # Up to 4 kHz: above it unvoiced consonants, which the tilt leaves alone, outweigh the vowels.
                high = power[(frequency > 2000) & (frequency < 4000)].sum() / power[frequency < 1000].sum()
                voiced = loud > 0.3 * loud.max()
                pitch = 12 * np.log2(np.median(f0[voiced[:len(f0)]]))
                rows.setdefault(emotion, []).append([pitch, len(signal) / rate, 10 * np.log10(high)])
    return {emotion: np.mean(values, axis=0) for emotion, values in rows.items()}


def test_pitch_follows_the_table(measured: dict[str, np.ndarray]) -> None:
    pitch = {emotion: values[0] for emotion, values in measured.items()}
    assert min(pitch["ang"], pitch["hap"], pitch["fea"]) > pitch["neu"] + 1
    assert pitch["neu"] > max(pitch["sad"], pitch["dis"])


def test_rate_follows_the_table(measured: dict[str, np.ndarray]) -> None:
    seconds = {emotion: values[1] for emotion, values in measured.items()}
    assert max(seconds["ang"], seconds["hap"], seconds["fea"]) < seconds["neu"] < min(seconds["sad"], seconds["dis"])


def test_spectral_tilt_follows_the_table(measured: dict[str, np.ndarray]) -> None:
    high = {emotion: values[2] for emotion, values in measured.items()}
    assert high["ang"] > high["neu"] + 2 and high["sad"] < high["neu"] - 2


def test_loudness_is_that_of_the_performance() -> None:
    speech = (32767 * tone(duration=1.0, sample_rate=22050, noise=0.0)).astype(np.int16)

    def level(loudness: float) -> float:
        rng = np.random.default_rng(0)
        clip = recording.record(speech, 22050, loudness=loudness, tremor=0, gain=0, noise=-80, rng=rng)
        return float(10 * np.log10(np.mean((clip / 32768.0) ** 2)))

    assert level(5) - level(-5) == pytest.approx(10, abs=0.1)


def test_a_failure_leaves_the_old_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audio = tmp_path / "audio"
    audio.mkdir()
    (audio / "old.wav").write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise UserError("no synthesiser")

    monkeypatch.setattr(espeak, "synthesise", fail)
    with pytest.raises(UserError, match="no synthesiser"):
        render_corpus(audio, SETTINGS, workers=1)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["old.wav"]


def test_demo_params_are_valid() -> None:
    settings = load(ROOT / "demo" / "params.yaml", Synthesize)
    assert settings.speakers * settings.clips_per_emotion * 6 == 480


@pytest.mark.parametrize(
    ("key", "value"),
    [("speakers", 5), ("speakers", 18), ("speakers", 2), ("clips_per_emotion", 0), ("seed", -1), ("seed", "1")],
)
def test_settings_out_of_range(tmp_path: Path, key: str, value: object) -> None:
    settings = {"seed": 1, "speakers": 4, "clips_per_emotion": 1} | {key: value}
    params = tmp_path / "params.yaml"
    params.write_text("synthesize:\n" + "".join(f"  {name}: {item!r}\n" for name, item in settings.items()))
    with pytest.raises(UserError, match=f"synthesize.{key}"):
        load(params, Synthesize)


def test_script_says_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    result = subprocess.run([sys.executable, str(ROOT / "demo" / "synthesize.py")], cwd=tmp_path, capture_output=True,
                            text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("error: params.yaml") and "Traceback" not in result.stderr
