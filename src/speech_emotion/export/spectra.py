"""Power spectra and what features keep of them, as parts of a graph; see `features.spectrum`, `mel`, and others.

Spectra are products with matrices of windowed cosines and sines. Windows are the same backwards, so that a frame is
folded about its middle first: cosines need the sums of two samples each, sines the differences, and both half of the
products.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.export.framing import Signal
from speech_emotion.export.tensor import Tensor, concatenated
from speech_emotion.export.waves import wave
from speech_emotion.features import chroma, mel, mfcc, spectral_contrast
from speech_emotion.features.compiled import librosa
from speech_emotion.features.spectrum import Spectrum, padded_window

_DECIBELS = float(10 / np.log(10))


def _unchanged(kept: Tensor) -> Tensor:
    return kept


@dataclass(frozen=True)
class Computed:
    """A feature, as a part of a graph.

    Attributes
    ----------
    width : int > 0
        Numbers that are kept of one frame, until the whole clip is there.
    of_frames : callable
        From the numbers of frames, int64 [m], to what is kept of them, float32 [m, width].
    of_clip : callable
        From what was kept of all frames to the feature, float32 [frames, columns].
    """

    width: int
    of_frames: Callable[[Tensor], Tensor]
    of_clip: Callable[[Tensor], Tensor] = _unchanged


def log_mel(signal: Signal, settings: mel.Mel) -> Computed:
    """Log-mel spectrum; see `features.log_mel`."""
    bank = mel.filter_bank(
        sample_rate=signal.sample_rate, n_fft=settings.n_fft, n_mels=settings.n_mels, fmin=settings.fmin,
        fmax=settings.fmax, htk=settings.mel_scale == "htk")
    power = _bands(signal, settings, bank)

    def of_clip(kept: Tensor) -> Tensor:
        level: Tensor = kept.at_least(mel.AMIN).log() * _DECIBELS
        return level if settings.top_db is None else level.at_least(level.largest(0, 1, keep=True) - settings.top_db)

    return Computed(settings.n_mels, power, of_clip)


def cepstrum(signal: Signal, settings: mfcc.Settings) -> Computed:
    """MFCCs and their deltas; see `features.mfcc`."""
    spectrum = log_mel(signal, settings)
    # The transform of each band alone is the matrix of all.
    matrix = mfcc.cepstrum(np.eye(settings.n_mels, dtype=np.float32), settings.n_mfcc, settings.lifter)

    def of_clip(kept: Tensor) -> Tensor:
        static = spectrum.of_clip(kept) @ matrix
        deltas = [_delta(static, order, signal.num_frames) for order in range(1, settings.deltas + 1)]
        return concatenated([static, *deltas], 1)

    return Computed(settings.n_mels, spectrum.of_frames, of_clip)


def pitch_classes(signal: Signal, settings: chroma.Settings) -> Computed:
    """Chroma; see `features.chroma`."""
    bank = librosa().filters.chroma(
        sr=signal.sample_rate, n_fft=settings.n_fft, n_chroma=settings.n_chroma, tuning=settings.tuning)
    energy = _bands(signal, settings, np.asarray(bank, np.float32))
    tiny = np.finfo(np.float32).tiny

    def of_clip(kept: Tensor) -> Tensor:
        largest = kept.largest(1, keep=True)
        return kept / (largest + (largest < tiny).cast(np.float32))

    return Computed(settings.n_chroma, energy, of_clip)


def contrast(signal: Signal, settings: spectral_contrast.Settings) -> Computed:
    """Spectral contrast; see `features.spectral_contrast`."""
    octaves = spectral_contrast.octaves(settings, signal.sample_rate)
    first, last = min(bins[0] for bins, _ in octaves), max(bins[-1] for bins, _ in octaves) + 1
    power = _power(signal, settings, int(first), int(last))

    def of_frames(at: Tensor) -> Tensor:
        magnitude = power(at).sqrt()
        ends = [[magnitude.slice(1, int(bins[0] - first), int(bins[-1] + 1 - first)).ordered(count, largest=largest)
                 .mean(1, keep=True) for bins, count in octaves] for largest in (False, True)]
        return concatenated([*ends[0], *ends[1]], 1)

    def of_clip(kept: Tensor) -> Tensor:
        level: Tensor = kept.at_least(1e-10).log() * _DECIBELS
        valleys, peaks = (
            each.at_least(each.largest(0, 1, keep=True) - spectral_contrast.RANGE_DB)
            for each in (level.slice(1, 0, len(octaves)), level.slice(1, len(octaves))))
        return peaks - valleys

    return Computed(2 * len(octaves), of_frames, of_clip)


def _bands(signal: Signal, settings: Spectrum, bank: Float32) -> Callable[[Tensor], Tensor]:
    """Prepare to weigh and add the bins of each band [bands, bins]."""
    used = np.flatnonzero(bank.any(axis=0))
    first, last = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 1)
    power = _power(signal, settings, first, last)
    return lambda at: power(at) @ bank[:, first:last].T


def _power(signal: Signal, settings: Spectrum, first: int, last: int) -> Callable[[Tensor], Tensor]:
    """Prepare to compute the bins from `first` to before `last` of power spectra."""
    spectrum = Spectrum(n_fft=settings.n_fft, win_length=settings.win_length, window=settings.window)
    length, half = spectrum.win_length, spectrum.win_length // 2 + 1
    before = (spectrum.n_fft - length) // 2
    window = padded_window(spectrum)[before : before + length].astype(np.float64)
    # A sample and the one as far from the window's other end; beside the window's first there is none.
    frames = signal.framed(before - spectrum.n_fft // 2, length + 1)
    times = 2 * np.arange(half) - length  # in half samples from the middle
    weights = (window[:half] * np.where(times == 0, 0.5, 1.0))[:, np.newaxis]
    graph, bins = signal.samples.graph, np.arange(first, last)
    cosines, sines = (wave(graph, kind, times, bins, 2 * spectrum.n_fft) * weights for kind in (np.cos, np.sin))
    alone = np.ones(half, np.float32)
    alone[0] = 0

    def power(at: Tensor) -> Tensor:
        framed = frames(at)
        near, far = framed.slice(1, 0, half), framed.backwards(1, length, half)
        if window[0]:
            far = far * alone
        real, imaginary = (near + far) @ cosines, (near - far) @ sines
        return real * real + imaginary * imaginary

    return power


def _delta(values: Tensor, order: int, num_frames: Tensor) -> Tensor:
    """Compute what `features.mfcc.delta` does; [frames, columns]."""
    half = mfcc.HALF
    weights = mfcc.delta(np.eye(2 * half + 1, dtype=np.float32), order)[0]  # of an impulse in each frame
    padded = values.transpose(1, 0).pad((0, 0), (half, half), edge=True).then("Unsqueeze", values.graph.constant([1]))
    fitted = padded.then("Conv", weights[np.newaxis, np.newaxis]).then(
        "Squeeze", values.graph.constant([1])).transpose(1, 0)
    # The first and last frames take the first and last fit that needs nothing beyond the ends, if there is one.
    long = (num_frames > 2 * half).cast(np.int64)
    at = values.graph.arange(num_frames).at_least(long * half).at_most(num_frames - 1 - long * half)
    return fitted.gather(at)
