"""The encoder of a Whisper model in CTranslate2's format, such as faster-whisper keeps."""

from pathlib import Path

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.features import mel
from speech_emotion.features.analysis import Analysis
from speech_emotion.features.encoders import ctranslate
from speech_emotion.features.encoders.loading import SAMPLE_RATE, require_layers

HOP_LENGTH, N_FFT = 160, 400
"""Of the log-mel spectrum, in samples."""
_PADDING = 2 * HOP_LENGTH
_FILES = ("config.json", "vocabulary.json", "vocabulary.txt", "tokenizer.json", "preprocessor_config.json")


class Whisper:
    """The encoder up to each of some layers; see `loading.Encoder`.

    What a layer gives goes through the normalisation behind the last one, as if the encoder ended there. A clip is
    encoded at its own length: Whisper's own use fills it up with silence to 30 s, which takes ten times as long.

    Parameters
    ----------
    weights : Path
        The file ``model.bin`` in its folder.
    layers : tuple of int > 0
        Which, counted from 1.
    """

    format = "Whisper in CTranslate2's format"
    fewest = N_FFT

    def __init__(self, weights: Path, layers: tuple[int, ...]) -> None:
        import ctranslate2

        try:
            content = weights.read_bytes()
            self.num_layers = ctranslate.num_encoder_layers(content)
            require_layers(str(weights.parent), layers, self.num_layers)
            others = {path.name: path.read_bytes() for path in map(weights.parent.joinpath, _FILES) if path.is_file()}
            self._models = [
                ctranslate2.models.Whisper(
                    str(weights.parent), device="cpu", compute_type="float32", inter_threads=1, intra_threads=1,
                    files={**others, weights.name: ctranslate.encoder_up_to(content, layer)})
                for layer in layers
            ]
        except (RuntimeError, ValueError, OSError) as error:
            raise UserError(f"{weights.parent}: this Whisper model cannot be loaded ({error}); its folder must hold "
                            f"{weights.name}, config.json and the vocabulary as they were made, undamaged") from error
        self._n_mels = int(self._models[0].n_mels)
        self.width = self.encode(np.zeros(self.fewest, np.float32))[0].shape[1]

    def encode(self, samples: Float32) -> list[Float32]:
        """Encode a stretch of speech; see `loading.Encoder.encode`."""
        import ctranslate2

        spectrum = np.ascontiguousarray(log_mel(samples, self._n_mels).T[np.newaxis])
        given = ctranslate2.StorageView.from_array(spectrum)
        return [np.array(model.encode(given, to_cpu=True), np.float32)[0] for model in self._models]


def log_mel(samples: Float32, n_mels: int) -> Float32:
    """Log-mel spectrum as Whisper takes it; equals ``log_mel_spectrogram`` of OpenAI's package ``whisper``.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        At 16 kHz, ``n >= 400``.
    n_mels : int > 0
        Bands: 80, or 128 of large-v3.

    Returns
    -------
    np.ndarray [shape=(n // 160, n_mels), dtype=float32]
        Logarithms of base 10, at most 8 below the clip's largest, moved and scaled to about -1 to 1.

    Examples
    --------
    >>> log_mel(np.zeros(16_000, np.float32), 80).shape
    (100, 80)
    """
    # Frames are centred among zeros. Between frames of the padded signal, two of which are left out on either side,
    # they see what padding by reflection has made.
    padded = np.pad(samples, _PADDING, mode="reflect")
    settings = mel.Mel(n_fft=N_FFT, win_length=N_FFT, window="hann", mel_scale="slaney", fmin=0.0,
                       fmax=SAMPLE_RATE / 2, n_mels=n_mels, top_db=None)
    reduction = mel.log_mel(settings, SAMPLE_RATE)
    clip = Analysis(padded, SAMPLE_RATE, HOP_LENGTH, [reduction])
    first = _PADDING // HOP_LENGTH
    decades = np.asarray(clip.reduced(reduction)[first : first + len(samples) // HOP_LENGTH], np.float32) / 10
    spectrum: Float32 = (np.maximum(decades, decades.max() - 8) + 4) / 4
    return spectrum
