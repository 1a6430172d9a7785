"""Log-mel spectrum: the power in each mel band, in dB."""

from functools import lru_cache
from typing import cast

from speech_emotion.arrays import Float32
from speech_emotion.features import arithmetic, mel
from speech_emotion.features.analysis import Analysis, Reduction
from speech_emotion.features.feature import Feature


class Settings(mel.Mel):
    """Settings of the feature `log_mel`."""


def columns(settings: Settings) -> list[str]:
    """One column for each mel band."""
    return [f"log_mel_{index}" for index in range(settings.n_mels)]


@lru_cache(maxsize=16)
def reduction(settings: Settings, sample_rate: int) -> Reduction:
    """Mel bands in place of spectra."""
    return mel.log_mel(mel.Mel.part_of(settings), sample_rate)


def compute(clip: Analysis, settings: Settings) -> Float32:
    """Log-mel spectrum; equals ``librosa.power_to_db(librosa.feature.melspectrogram(y, ...), top_db=...).T``.

    Returns
    -------
    np.ndarray [shape=(frames, n_mels), dtype=float32]
        In dB.

    Examples
    --------
    >>> from speech_emotion.testing import tone
    >>> settings = Settings(n_fft=512, win_length=400, window="hann", mel_scale="slaney", fmin=20.0, fmax=8000.0,
    ...                     n_mels=64, top_db=80.0)
    >>> clip = Analysis(tone(), sample_rate=16_000, hop_length=160, reductions=[reduction(settings, 16_000)])
    >>> compute(clip, settings).shape
    (51, 64)
    """
    return cast(Float32, clip.reduced(reduction(settings, clip.sample_rate)))


FEATURE = Feature(
    settings=Settings, columns=columns, compute=compute, reduction=reduction, problems=mel.problems,
    rounding=arithmetic.LOG,
)
