"""Pictures of clips, and the commands `ser inspect` and `ser cache`."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from speech_emotion.cli import cache
from speech_emotion.cli import inspect as command
from speech_emotion.core.errors import UserError
from speech_emotion.extraction.cache import Memo
from speech_emotion.inspection import clips as pictures
from speech_emotion.params.extract_mfcc import ExtractMfcc

RATE = 16000
SETTINGS = ExtractMfcc.model_validate({
    "sample_rate": RATE, "resampler": "HQ", "trim_db": 20.0, "level": {"method": "none", "target_db": -23.0},
    "pre_emphasis": 0.0, "features": ["rms"], "n_fft": 512, "win_length": 400, "hop_length": 160, "window": "hann",
    "mel_scale": "slaney", "fmin": 20.0, "fmax": 8000.0, "n_mels": 40, "top_db": 80.0, "n_mfcc": 13, "lifter": 0.0,
    "deltas": 2, "chroma": {"n_chroma": 12, "tuning": 0.0}, "spectral_contrast": {"n_bands": 5, "fmin": 200.0},
    "f0": {"method": "yin", "fmin": 65.0, "fmax": 500.0, "frame_length": 1024},
    "views": {"speed": [], "noise_snr_db": [], "pitch_steps": []}, "scheduler": "",
})


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """A second and a half of 1 kHz, silent for its first half second."""
    path = tmp_path / "tone.wav"
    samples = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(24000) / RATE)
    samples[:8000] = 0
    soundfile.write(path, samples, RATE)
    return path


def table(tmp_path: Path) -> pd.DataFrame:
    rows = [
        ("toy-a1", "toy", "anger", "toy-1", "a1.wav"), ("toy-a2", "toy", "anger", "toy-2", "a2.wav"),
        ("toy-b2", "toy", "fear", "toy-2", "b2.wav"), ("toy-c3", "toy", "calm", "toy-3", "c3.wav"),
    ]
    return pd.DataFrame(rows, columns=["clip_id", "corpus", "label", "speaker", "path"])


def test_look_shows_what_is_there(tone: Path) -> None:
    seen = pictures.look(tone, SETTINGS)
    assert len(seen.samples) == 24000  # not trimmed, so that the pictures share one time axis
    assert seen.log_mel.shape == (151, 40)
    assert seen.mfcc.shape == (151, 13)
    band = seen.log_mel[100].argmax()
    centres = pictures._centres(SETTINGS)
    assert abs(centres[band] - 1000) < 60
    assert seen.log_mel[10].max() < seen.log_mel[100].max() - 70
    ticks, labels = pictures._frequency_ticks(SETTINGS)
    assert abs(ticks[labels.index("1000")] - band) < 1


def test_time_axis(tone: Path) -> None:
    seen = pictures.look(tone, SETTINGS)
    edges = pictures._time_edges(seen)
    assert edges[0] == pytest.approx(-0.005)
    assert edges[-1] == pytest.approx(1.505)
    times, lowest, highest = pictures._envelope(seen)
    assert highest[times < 0.49].max() == 0
    assert highest.max() == pytest.approx(0.5, abs=0.01)
    assert lowest.min() == pytest.approx(-0.5, abs=0.01)


def test_png_is_reproducible(tone: Path, tmp_path: Path) -> None:
    looks = [pictures.look(tone, SETTINGS, title) for title in ("one", "two")]
    for name in ("a.png", "b.png"):
        pictures.png(looks, tmp_path / name)
    content = (tmp_path / "a.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert content == (tmp_path / "b.png").read_bytes()


def test_page_has_a_player_and_needs_no_network(tone: Path, tmp_path: Path) -> None:
    import base64
    import io

    pictures.page([pictures.look(tone, SETTINGS, "<b>&")], tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<h2>&lt;b&gt;&amp;</h2>" in text
    assert not re.search(r"<(script|link)[^>]+(src|href)=", text)
    (encoded,) = re.findall(r'<audio controls [^>]*src="data:audio/flac;base64,([^"]+)"', text)
    heard, rate = soundfile.read(io.BytesIO(base64.b64decode(encoded)))
    assert rate == RATE
    np.testing.assert_allclose(heard, soundfile.read(tone)[0], atol=1e-4)


def test_find(tmp_path: Path) -> None:
    assert pictures.find("toy-b", table(tmp_path), "root") == (Path("root/b2.wav"), "toy-b2: fear, toy-2")
    with pytest.raises(UserError, match="2 clips begin so, such as toy-a1, toy-a2"):
        pictures.find("toy-a", table(tmp_path), "root")
    with pytest.raises(UserError, match="neither an audio file nor the id"):
        pictures.find("nix", table(tmp_path), "root")


def test_one_of_each_prefers_one_speaker(tmp_path: Path) -> None:
    chosen = pictures.one_of_each("toy", "label", table(tmp_path), "root")
    assert [title for _, title in chosen] == ["anger (toy-2)", "calm (toy-3)", "fear (toy-2)"]
    with pytest.raises(UserError, match="the manifest has toy"):
        pictures.one_of_each("nix", "label", table(tmp_path), "root")
    with pytest.raises(UserError, match="must be a column of the manifest"):
        pictures.one_of_each("toy", "mood", table(tmp_path), "root")


def run_inspect(*arguments: str):
    app = typer.Typer()
    app.command()(command.inspect)
    return CliRunner().invoke(app, list(arguments))


def test_command_refuses_what_it_cannot_do(tone: Path) -> None:
    for arguments, message in [
        ([str(tone), "-o", "x.gif"], "must end in .png or .html"),
        ([], "name audio files or clip ids"),
        ([str(tone), "--corpus", "toy"], "but not both"),
    ]:
        result = run_inspect(*arguments)
        assert isinstance(result.exception, UserError)
        assert message in str(result.exception)


def test_cache_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MEMO", str(tmp_path))
    with Memo(tmp_path, "f" * 64, 2, {"features": ["mfcc"], "n_fft": 512}) as memo:
        memo.add("key", np.zeros((1000, 2), np.float32))
    shown = CliRunner().invoke(cache.app, ["info"]).output
    assert "1 clips" in shown
    assert "mfcc n_fft=512" in shown
    assert "7.9 KiB" in shown
    result = CliRunner().invoke(cache.app, ["prune"])
    assert "say what to remove" in str(result.exception)
    result = CliRunner().invoke(cache.app, ["prune", "--max-size", "lots"])
    assert "must be a size such as" in str(result.exception)
    assert "removed 0 B" in CliRunner().invoke(cache.app, ["prune", "--max-size", "1G"]).output
    assert "kept 0 B" in CliRunner().invoke(cache.app, ["prune", "--max-size", "0"]).output
    assert not list(tmp_path.glob("*/*.zip"))
