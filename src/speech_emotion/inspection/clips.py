"""What there is to see of a clip: its samples, log-mel spectrogram and MFCCs, and the axes that they belong to."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from speech_emotion.arrays import Float32
from speech_emotion.audio import resampling
from speech_emotion.features import compute, mfcc
from speech_emotion.features.mel import Mel
from speech_emotion.features.mel_scale import mel_frequencies
from speech_emotion.params.extract_mfcc import Recipe

MAX_POINTS = 4000
"""Largest number of stretches in which a waveform is drawn."""

MAX_FRAMES = 4000
"""Largest number of frames of a spectrogram that are drawn."""

TICKS_HZ = (100, 250, 500, 1000, 2000, 4000, 8000, 16000)
"""Frequencies that are written at a spectrogram, as far as it reaches."""

SILENT = "digital silence"
"""What is written at a waveform that has none."""


@dataclass(frozen=True)
class Look:
    """What there is to see of a clip."""

    title: str
    samples: Float32
    """The signal before trimming, mono [shape=(n,)]."""
    sample_rate: int
    """Of `samples`, in Hz."""
    hop_length: int
    """Distance between frames in samples."""
    log_mel: Float32
    """Log-mel spectrogram in dB [shape=(frames, n_mels)]."""
    mfcc: Float32
    """Static MFCCs in dB [shape=(frames, n_mfcc)]."""
    band_centres: npt.NDArray[np.float64]
    """Centre frequencies of the mel bands in Hz, ascending [shape=(n_mels,)]."""

    @property
    def duration(self) -> float:
        """Length of the signal in seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def frame_step(self) -> int:
        """Distance between frames that are drawn, in frames: 1 up to `MAX_FRAMES`."""
        return max(1, -(-len(self.log_mel) // MAX_FRAMES))

    @property
    def drawn_log_mel(self) -> Float32:
        """Log-mel spectrogram as it is drawn, in dB [shape=(n_mels, drawn frames)]."""
        return self.log_mel[:: self.frame_step].T

    @property
    def drawn_mfcc(self) -> Float32:
        """Static MFCCs as they are drawn, in dB [shape=(n_mfcc, drawn frames)]."""
        return self.mfcc[:: self.frame_step].T

    @property
    def frame_edges(self) -> npt.NDArray[np.float64]:
        """Times in seconds between which frames are drawn [shape=(drawn frames + 1,)]: half a hop before and after."""
        drawn = -(-len(self.log_mel) // self.frame_step)
        first_frames = np.arange(drawn + 1, dtype=np.float64) * self.frame_step
        return (first_frames - 0.5) * (self.hop_length / self.sample_rate)

    @property
    def silent(self) -> bool:
        """Whether every sample is zero."""
        return not self.samples.any()

    def envelope(self) -> tuple[npt.NDArray[np.float64], Float32, Float32]:
        """Lowest and highest sample of each short stretch of the signal: thinning out would lose peaks.

        Returns
        -------
        times : np.ndarray [shape=(stretches,), dtype=float64]
            Where each stretch begins, in seconds.
        lowest, highest : np.ndarray [shape=(stretches,), dtype=float32]
        """
        step = max(1, -(-len(self.samples) // MAX_POINTS))
        starts = np.arange(0, len(self.samples), step)
        return (
            starts / self.sample_rate,
            np.minimum.reduceat(self.samples, starts),
            np.maximum.reduceat(self.samples, starts),
        )

    def frequency_ticks(self) -> tuple[list[float], list[str]]:
        """Where frequencies are written on an axis of mel bands.

        Returns
        -------
        positions : list of float
            In bands, of which the first is 0.
        labels : list of str
            Those of `TICKS_HZ` that lie between the first band's centre and the last's.
        """
        chosen = [hertz for hertz in TICKS_HZ if self.band_centres[0] <= hertz <= self.band_centres[-1]]
        positions = np.interp(chosen, self.band_centres, np.arange(len(self.band_centres)))
        return positions.tolist(), [str(hertz) for hertz in chosen]


def from_file(path: Path | str, recipe: Recipe, title: str | None = None) -> Look:
    """Compute what is shown of an audio file, by the settings of the stage `extract_mfcc`.

    Its log-mel spectrogram and static MFCCs are shown whatever features are chosen: with the settings of the feature
    `mfcc` or `log_mel` if one of them is, else with usual ones. The signal is not trimmed, so that the three pictures
    share one time axis.

    Parameters
    ----------
    path : Path or str
        Any readable audio file.
    recipe : Recipe
        The stage's settings.
    title : str, optional
        What is written above the picture; by default the file's name.

    Returns
    -------
    Look

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.

    Examples
    --------
    In the project's folder, of a tone of half a second at 200 Hz:

    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> from speech_emotion.testing import write_clip
    >>> with TemporaryDirectory() as folder:
    ...     clip = from_file(write_clip(Path(folder, "tone.wav"), pitch=200), load("params.yaml", ExtractMfcc))
    >>> clip.title, clip.duration, bool(abs(clip.band_centres[clip.log_mel[20].argmax()] - 200) < 20)
    ('tone.wav', 0.5, True)
    """
    mel, cepstrum = _settings(recipe)
    # In the order of their columns: those of mfcc come first.
    shown = Recipe.model_validate({
        **recipe.document(), "trim_db": None,
        "features": {"mfcc": cepstrum.model_dump(), "log_mel": mel.model_dump()},
    })
    samples, _ = resampling.load(path, shown.sample_rate, shown.resampler)
    matrix = compute.features(compute.prepare(samples, shown), shown)
    edges = mel_frequencies(mel.n_mels + 2, fmin=mel.fmin, fmax=mel.fmax, htk=mel.mel_scale == "htk")
    return Look(
        title or Path(path).name, samples, shown.sample_rate, shown.hop_length,
        log_mel=matrix[:, cepstrum.n_mfcc :], mfcc=matrix[:, : cepstrum.n_mfcc], band_centres=edges[1:-1],
    )


def _settings(recipe: Recipe) -> tuple[Mel, mfcc.Settings]:
    chosen = recipe.features.chosen()
    own = chosen.get("mfcc", chosen.get("log_mel"))
    if isinstance(own, mfcc.Settings):
        return Mel.part_of(own), own.model_copy(update={"deltas": 0})
    mel = Mel.part_of(own) if isinstance(own, Mel) else _usual(recipe)
    own_to_mfcc = {"n_mfcc": min(20, mel.n_mels), "lifter": 0.0, "deltas": 0}  # librosa's
    return mel, mfcc.Settings.model_validate({**mel.model_dump(), **own_to_mfcc})


def _usual(recipe: Recipe) -> Mel:
    # Windows of 25 ms, in an FFT long enough for every band to hold a bin.
    win_length = max(recipe.sample_rate // 40, recipe.hop_length)
    return Mel(
        n_fft=max(2048, 1 << (win_length - 1).bit_length()), win_length=win_length, window="hann", mel_scale="slaney",
        fmin=20.0, fmax=recipe.sample_rate / 2, n_mels=64, top_db=80.0,
    )
