"""Whisper's encoder: what each layer gives equals the network computed by hand."""

import re
from pathlib import Path

import librosa
import numpy as np
import pytest
from scipy.special import erf, softmax

from speech_emotion.core.errors import UserError
from speech_emotion.features.encoders import ctranslate
from speech_emotion.features.encoders.whisper import Whisper, log_mel
from speech_emotion.testing import tone
from speech_emotion.testing.encoders import write_whisper

SAMPLES = tone(0, duration=0.7, sample_rate=16_000)


def reference_log_mel(samples: np.ndarray, n_mels: int) -> np.ndarray:
    """As OpenAI's package has it: torch.stft pads by reflection, and the last frame is left out."""
    spectrum = librosa.stft(samples, n_fft=400, hop_length=160, window="hann", pad_mode="reflect")[:, :-1]
    power = librosa.filters.mel(sr=16_000, n_fft=400, n_mels=n_mels) @ np.abs(spectrum) ** 2
    decades = np.log10(np.maximum(power, 1e-10))
    return ((np.maximum(decades, decades.max() - 8) + 4) / 4).T


@pytest.mark.parametrize("n_mels", [80, 128])
def test_log_mel_equals_the_reference(n_mels: int) -> None:
    for samples in (SAMPLES, SAMPLES[:400], np.zeros(4000, np.float32)):
        np.testing.assert_allclose(log_mel(samples, n_mels), reference_log_mel(samples, n_mels), atol=1e-4)


def reference_layers(folder: Path, spectrum: np.ndarray, layers: int, width: int) -> list[np.ndarray]:
    """Whisper's encoder in NumPy, with the last normalisation after each layer."""
    weights = variables((folder / "model.bin").read_bytes())

    def gelu(x: np.ndarray) -> np.ndarray:
        return x * 0.5 * (1 + erf(x / np.sqrt(2)))

    def convolved(x: np.ndarray, name: str, stride: int) -> np.ndarray:
        kernel, bias = weights[f"encoder/{name}/weight"], weights[f"encoder/{name}/bias"]
        padded = np.pad(x, ((1, 1), (0, 0)))
        return np.stack([np.einsum("kc,ock->o", padded[at : at + 3], kernel) + bias
                         for at in range(0, len(padded) - 2, stride)])

    def normalised(x: np.ndarray, name: str) -> np.ndarray:
        x = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
        return x * weights[f"encoder/{name}/gamma"] + weights[f"encoder/{name}/beta"]

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ weights[f"encoder/{name}/weight"].T + weights[f"encoder/{name}/bias"]

    x = gelu(convolved(gelu(convolved(spectrum, "conv1", 1)), "conv2", 2))
    x = x + weights["encoder/position_encodings/encodings"][: len(x)]
    given = []
    for layer in range(layers):
        at = f"layer_{layer}/self_attention"
        query, key, value = np.split(linear(normalised(x, f"{at}/layer_norm"), f"{at}/linear_0"), 3, axis=1)
        half = width // 2
        heads = [softmax(query[:, part] @ key[:, part].T / np.sqrt(half), axis=1) @ value[:, part]
                 for part in (slice(half), slice(half, None))]
        x = x + linear(np.concatenate(heads, axis=1), f"{at}/linear_1")
        at = f"layer_{layer}/ffn"
        x = x + linear(gelu(linear(normalised(x, f"{at}/layer_norm"), f"{at}/linear_0")), f"{at}/linear_1")
        given.append(normalised(x, "layer_norm"))
    return given


def variables(content: bytes) -> dict[str, np.ndarray]:
    """Read float32 variables of CTranslate2's file."""
    at, found = 0, {}

    def number(size: int) -> int:
        nonlocal at
        at += size
        return int.from_bytes(content[at - size : at], "little")

    def text() -> str:
        nonlocal at
        length = number(2)
        at += length
        return content[at - length : at - 1].decode()

    number(4), text(), number(4)
    for _ in range(number(4)):
        name, rank = text(), number(1)
        shape = [number(4) for _ in range(rank)]
        kind, length = number(1), number(4)
        if kind == 0:
            found[name] = np.frombuffer(content[at : at + length], "<f4").reshape(shape)
        at += length
    return found


def test_layers_equal_the_network_computed_by_hand(tmp_path: Path) -> None:
    folder = write_whisper(tmp_path / "tiny", layers=3, width=8)
    encoder = Whisper(folder / "model.bin", (3, 1))
    expected = reference_layers(folder, log_mel(SAMPLES, 80), 3, 8)
    third, first = encoder.encode(SAMPLES)
    assert encoder.width == 8
    np.testing.assert_allclose(third, expected[2], atol=2e-4)
    np.testing.assert_allclose(first, expected[0], atol=2e-4)


def test_large_v3_takes_128_bands(tmp_path: Path) -> None:
    encoder = Whisper(write_whisper(tmp_path / "tiny", n_mels=128) / "model.bin", (1,))
    assert encoder.encode(SAMPLES)[0].shape == (35, 8)


def test_layers_that_are_left_out_are_not_in_memory(tmp_path: Path) -> None:
    content = (write_whisper(tmp_path / "tiny", layers=3) / "model.bin").read_bytes()
    shorter = ctranslate.encoder_up_to(content, 1)
    names = variables(shorter)
    assert not any(name.startswith(("encoder/layer_1", "encoder/layer_2", "decoder/layer_1")) for name in names)
    later = re.compile(r"/layer_[12]/")
    assert {name for name in variables(content) if not later.search(name)} == set(names)
    assert ctranslate.num_encoder_layers(content) == 3


def test_what_is_no_model_is_said(tmp_path: Path) -> None:
    folder = write_whisper(tmp_path / "tiny")
    file = folder / "model.bin"
    whole = file.read_bytes()
    for content, reason in ((b"", "ends early"), (whole[:5000], "ends early"), (b"text" + whole, "version"),
                            (whole.replace(b"WhisperSpec", b"MarianSpec_"), "MarianSpec_")):
        file.write_bytes(content)
        with pytest.raises(UserError, match=reason) as error:
            Whisper(file, (1,))
        assert str(folder) in str(error.value)
    file.write_bytes(whole)
    (folder / "vocabulary.json").unlink()
    with pytest.raises(UserError, match="vocabulary"):
        Whisper(file, (1,))


def test_a_layer_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has 2 layers, .* names 3"):
        Whisper(write_whisper(tmp_path / "tiny") / "model.bin", (1, 3))
