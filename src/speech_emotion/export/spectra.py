"""Power spectra and what features keep of them, as parts of a graph; see `features.spectrum`, `mel`, and others.

Frames lie in columns here, and so do their spectra.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.export.framing import Block
from speech_emotion.export.tensor import Tensor, concatenated
from speech_emotion.export.waves import Transform
from speech_emotion.features import chroma, mel, mfcc, spectral_contrast
from speech_emotion.features.compiled import librosa
from speech_emotion.features.spectrum import Spectrum, padded_window

_DECIBELS = float(10 / np.log(10))


def _unchanged(kept: Tensor) -> Tensor:
    return kept


@dataclass(frozen=True)
class Framewise:
    """A feature that is computed frame by frame, as a part of a graph.

    Attributes
    ----------
    width : int > 0
        Numbers that are kept of one frame, until the whole clip is there.
    reach : int > 0
        How far a frame goes from its centre, in samples.
    of_frames : callable
        From a block of m frames to what is kept of them, float32 [m, width].
    of_clip : callable
        From what was kept of all frames to the feature, float32 [frames, columns].
    """

    width: int
    reach: int
    of_frames: Callable[[Block], Tensor]
    of_clip: Callable[[Tensor], Tensor] = _unchanged


def log_mel(settings: mel.Mel, sample_rate: int) -> Framewise:
    """Log-mel spectrum; see `features.log_mel`."""
    bank = mel.filter_bank(
        sample_rate=sample_rate, n_fft=settings.n_fft, n_mels=settings.n_mels, fmin=settings.fmin,
        fmax=settings.fmax, htk=settings.mel_scale == "htk")
    power = _bands(settings, bank)

    def of_clip(kept: Tensor) -> Tensor:
        level: Tensor = kept.at_least(mel.AMIN).log() * _DECIBELS
        return level if settings.top_db is None else level.at_least(level.largest(0, 1, keep=True) - settings.top_db)

    return Framewise(settings.n_mels, settings.n_fft // 2, power, of_clip)


def cepstrum(settings: mfcc.Settings, sample_rate: int) -> Framewise:
    """MFCCs and their deltas; see `features.mfcc`."""
    spectrum = log_mel(settings, sample_rate)
    # The transform of each band alone is the matrix of all.
    matrix = mfcc.cepstrum(np.eye(settings.n_mels, dtype=np.float32), settings.n_mfcc, settings.lifter)

    def of_clip(kept: Tensor) -> Tensor:
        static = spectrum.of_clip(kept) @ matrix
        deltas = [_delta(static, order) for order in range(1, settings.deltas + 1)]
        return concatenated([static, *deltas], 1)

    return Framewise(settings.n_mels, spectrum.reach, spectrum.of_frames, of_clip)


def pitch_classes(settings: chroma.Settings, sample_rate: int) -> Framewise:
    """Chroma; see `features.chroma`."""
    bank = librosa().filters.chroma(
        sr=sample_rate, n_fft=settings.n_fft, n_chroma=settings.n_chroma, tuning=settings.tuning)
    energy = _bands(settings, np.asarray(bank, np.float32))
    tiny = np.finfo(np.float32).tiny

    def of_clip(kept: Tensor) -> Tensor:
        largest = kept.largest(1, keep=True)
        return kept / (largest + (largest < tiny).cast(np.float32))

    return Framewise(settings.n_chroma, settings.n_fft // 2, energy, of_clip)


def contrast(settings: spectral_contrast.Settings, sample_rate: int) -> Framewise:
    """Spectral contrast; see `features.spectral_contrast`."""
    octaves = spectral_contrast.octaves(settings, sample_rate)
    first, last = min(bins[0] for bins, _ in octaves), max(bins[-1] for bins, _ in octaves) + 1
    transform, power = _power(settings)
    rows = _rows(transform)[first:last]

    def of_frames(block: Block) -> Tensor:
        magnitude = power(block).gather(rows).transpose(1, 0).sqrt()
        ends = [[magnitude.slice(1, int(bins[0] - first), int(bins[-1] + 1 - first)).ordered(count, largest=largest)
                 .mean(1, keep=True) for bins, count in octaves] for largest in (False, True)]
        return concatenated([*ends[0], *ends[1]], 1)

    def of_clip(kept: Tensor) -> Tensor:
        level: Tensor = kept.at_least(1e-10).log() * _DECIBELS
        valleys, peaks = (
            each.at_least(each.largest(0, 1, keep=True) - spectral_contrast.RANGE_DB)
            for each in (level.slice(1, 0, len(octaves)), level.slice(1, len(octaves))))
        return peaks - valleys

    return Framewise(2 * len(octaves), settings.n_fft // 2, of_frames, of_clip)


def _bands(settings: Spectrum, bank: Float32) -> Callable[[Block], Tensor]:
    """Prepare to weigh and add the bins of each band [bands, bins]."""
    transform, power = _power(settings)
    weights = np.zeros((len(bank), transform.bins.size), np.float32)
    weights[:, _rows(transform)] = bank
    return lambda block: (block.columns.graph.constant(weights) @ power(block)).transpose(1, 0)


def _power(settings: Spectrum) -> tuple[Transform, Callable[[Block], Tensor]]:
    """Prepare to compute power spectra [bins, m], the bins in the order of the transform that is given too."""
    spectrum = Spectrum(n_fft=settings.n_fft, win_length=settings.win_length, window=settings.window)
    length, before = spectrum.win_length, (spectrum.n_fft - spectrum.win_length) // 2
    window = padded_window(spectrum)[before : before + length].reshape(-1, 1)
    transform = Transform.of(length, spectrum.n_fft)

    def power(block: Block) -> Tensor:
        framed = block.framed(before - spectrum.n_fft // 2, length)
        return transform.power(framed * window).reshape(transform.bins.size, -1)

    return transform, power


def _rows(transform: Transform) -> np.ndarray:
    """Say in which row of a power spectrum each bin up to the middle is."""
    bins = transform.bins.ravel()
    bins = np.minimum(bins, transform.points - bins)
    return np.unique(bins, return_index=True)[1]


def _delta(values: Tensor, order: int) -> Tensor:
    """Compute what `features.mfcc.delta` does; [frames, columns]."""
    half, num_frames = mfcc.HALF, values.size(0)
    weights = mfcc.delta(np.eye(2 * half + 1, dtype=np.float32), order)[0]  # of an impulse in each frame
    padded = values.transpose(1, 0).pad((0, 0), (half, half), edge=True).then("Unsqueeze", values.graph.constant([1]))
    fitted = padded.then("Conv", weights[np.newaxis, np.newaxis]).then(
        "Squeeze", values.graph.constant([1])).transpose(1, 0)
    # The first and last frames take the first and last fit that needs nothing beyond the ends, if there is one.
    long = (num_frames > 2 * half).cast(np.int64)
    at = values.graph.arange(num_frames).at_least(long * half).at_most(num_frames - 1 - long * half)
    return fitted.gather(at)
