"""Samples or a file to the feature matrix: one definition for extraction and for prediction."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from speech_emotion.arrays import Float32
from speech_emotion.features import descriptors, mel, mfcc, signal, views
from speech_emotion.features.spectrum import padded_window, power_spectra
from speech_emotion.params.extract_mfcc import ExtractMfcc

FROM_SPECTRUM = {"mfcc", "log_mel", "chroma", "spectral_contrast"}
"""Features that need the power spectrum."""


def columns(settings: ExtractMfcc) -> list[str]:
    """Names of the feature matrix's columns, such as "mfcc_0", "mfcc_delta_0", "log_mel_12", "rms"."""
    return [name for feature in settings.features for name in _columns(feature, settings)]


def prepare(samples: Float32, settings: ExtractMfcc, *, view: str = views.PLAIN, digest: str = "") -> Float32:
    """Apply what comes between decoding and features: trimming, a view, level, pre-emphasis.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono samples at ``settings.sample_rate``, as `signal.load` gives them.
    settings : ExtractMfcc
        The stage's settings.
    view, digest : str
        Which view of which clip; see `views.apply`.

    Returns
    -------
    np.ndarray [shape=(m,), dtype=float32]
    """
    samples = signal.trimmed(samples, settings.trim_db)
    samples = views.apply(view, samples, settings.sample_rate, digest)
    samples = signal.levelled(samples, settings.sample_rate, settings.level.method, settings.level.target_db)
    return signal.pre_emphasised(samples, settings.pre_emphasis)


def features(samples: Float32, settings: ExtractMfcc) -> Float32:
    """Compute the feature matrix of prepared samples.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        From `prepare`, ``n > 0``.
    settings : ExtractMfcc
        The stage's settings.

    Returns
    -------
    np.ndarray [shape=(1 + n // hop_length, len(columns(settings))), dtype=float32]
        Frame ``t`` is centred at ``t * hop_length / sample_rate`` seconds. Each feature equals the librosa call that
        its function names, with the same settings.
    """
    parts = _spectral(samples, settings)
    for feature in settings.features:
        if feature == "zcr":
            parts[feature] = descriptors.zero_crossing_rate(samples, settings.n_fft, settings.hop_length)
        elif feature == "rms":
            parts[feature] = descriptors.rms(samples, settings.n_fft, settings.hop_length)
        elif feature == "f0":
            parts[feature] = descriptors.f0(samples, settings.sample_rate, settings.hop_length, settings.f0)
    ordered = [parts[feature] for feature in settings.features]
    return np.ascontiguousarray(ordered[0] if len(ordered) == 1 else np.concatenate(ordered, axis=1))


def compute(samples: Float32, sample_rate: int, settings: ExtractMfcc) -> Float32:
    """Compute the feature matrix of a decoded clip.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono samples in [-1, 1], ``n > 0``.
    sample_rate : int > 0
        Theirs, in Hz.
    settings : ExtractMfcc
        The stage's settings.

    Returns
    -------
    np.ndarray [shape=(frames, columns), dtype=float32]
        See `features`.
    """
    return features(prepare(signal.resampled(samples, sample_rate, settings), settings), settings)


def from_file(path: Path | str, settings: ExtractMfcc) -> Float32:
    """Compute the feature matrix of an audio file, exactly as extraction does.

    Returns
    -------
    np.ndarray [shape=(frames, columns), dtype=float32]
        See `features`.

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.
    """
    samples, _ = signal.load(path, settings)
    return features(prepare(samples, settings), settings)


def _columns(feature: str, settings: ExtractMfcc) -> list[str]:
    if feature == "mfcc":
        kinds = ["mfcc", "mfcc_delta", "mfcc_delta2"][: settings.deltas + 1]
        return [f"{kind}_{index}" for kind in kinds for index in range(settings.n_mfcc)]
    if feature == "f0":
        return ["f0", "voiced_probability"] if settings.f0.method == "pyin" else ["f0"]
    count = {
        "log_mel": settings.n_mels,
        "chroma": settings.chroma.n_chroma,
        "spectral_contrast": settings.spectral_contrast.n_bands + 1,
    }.get(feature)
    return [feature] if count is None else [f"{feature}_{index}" for index in range(count)]


class _Kernel:
    """What all clips share: window and filter banks. Making them takes longer than a clip does."""

    def __init__(self, settings: ExtractMfcc) -> None:
        self.window = padded_window(settings.window, settings.win_length, settings.n_fft)
        self.mel = csr_array(mel.filter_bank(
            sample_rate=settings.sample_rate, n_fft=settings.n_fft, n_mels=settings.n_mels,
            fmin=settings.fmin, fmax=settings.fmax, htk=settings.mel_scale == "htk",
        ))
        if "chroma" in settings.features:
            from librosa.filters import chroma  # brings numba, which takes a second and only this feature needs

            self.chroma = csr_array(chroma(
                sr=settings.sample_rate, n_fft=settings.n_fft,
                n_chroma=settings.chroma.n_chroma, tuning=settings.chroma.tuning,
            ))
        self.contrast_bands = descriptors.contrast_bands(
            settings.sample_rate, settings.n_fft,
            settings.spectral_contrast.n_bands, settings.spectral_contrast.fmin,
        ) if "spectral_contrast" in settings.features else []


@lru_cache(maxsize=4)
def _kernel(settings_json: str) -> _Kernel:
    return _Kernel(ExtractMfcc.model_validate_json(settings_json))


def _spectral(samples: Float32, settings: ExtractMfcc) -> dict[str, Float32]:
    wanted = FROM_SPECTRUM.intersection(settings.features)
    if not wanted:
        return {}
    kernel = _kernel(settings.model_dump_json())
    count = 1 + len(samples) // settings.hop_length
    log_mel = np.empty((count, settings.n_mels), dtype=np.float32)
    chroma, contrast = [], []
    for which, power in power_spectra(samples, kernel.window, settings.hop_length):
        if wanted & {"mfcc", "log_mel"}:
            log_mel[which] = mel.bands(power, kernel.mel)
        if "chroma" in wanted:
            chroma.append(descriptors.chroma(power, kernel.chroma))
        if "spectral_contrast" in wanted:
            contrast.append(descriptors.valleys_and_peaks(power, kernel.contrast_bands))
    parts = {}
    if wanted & {"mfcc", "log_mel"}:
        parts["log_mel"] = mel.power_to_db(log_mel, settings.top_db)
    if "mfcc" in wanted:
        static = mfcc.cepstrum(parts["log_mel"], settings.n_mfcc, settings.lifter)
        deltas = [mfcc.delta(static, order) for order in range(1, settings.deltas + 1)]
        parts["mfcc"] = np.concatenate([static, *deltas], axis=1) if deltas else static
    if chroma:
        parts["chroma"] = np.concatenate(chroma)
    if contrast:
        parts["spectral_contrast"] = descriptors.spectral_contrast(np.concatenate(contrast, axis=1))
    return parts
