"""Changes of a clip's spectrum, made on its log-mel bands or its MFCCs, before they are normalised.

On levels in dB, a gain and a tilt are added and a warp of the frequency axis moves levels from band to band. MFCCs are
a linear function of the levels, so each of these is an affine change of them, too. Columns of other features (such as
`rms`) stay as they are, and so does what the baseline sees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.params.train_cnn import Augment
from speech_emotion.training.augment.bands import Bands, find_bands
from speech_emotion.training.augment.batch import randomness
from speech_emotion.training.augment.change import Change, SpectralStep, one_thread

_KNEE = 0.6
"""Share of half the sample rate up to which a frequency is multiplied by the warp's factor: 4,800 Hz at 16,000."""


@dataclass(frozen=True)
class Gain:
    """The samples louder or softer, each window by another gain.

    It is that of the samples wherever no level is cut off at the features' lowest (-100 dB).

    Attributes
    ----------
    db : float
        The gain lies between -db and db; every one is as likely.
    """

    db: float

    def __call__(self, bands: Sequence[Bands], columns: int, windows: int, random: np.random.Generator) -> Change:
        """Add the same to all levels."""
        gains = random.uniform(-self.db, self.db, size=(windows, 1))
        return _added([(one, np.broadcast_to(gains, (windows, len(one.centres)))) for one in bands], windows, columns)


@dataclass(frozen=True)
class Tilt:
    """The spectrum tilted, as other microphones and distances do, each window by another slope.

    The level rises or falls evenly over frequency from 0 to half the sample rate, and stays as it is halfway. Within a
    band the slope is taken to be flat.

    Attributes
    ----------
    db : float
        From 0 to half the sample rate the level rises by between -db and db; every slope is as likely.
    """

    db: float

    def __call__(self, bands: Sequence[Bands], columns: int, windows: int, random: np.random.Generator) -> Change:
        """Add to each level what the slope is at its band's centre."""
        slopes = random.uniform(-self.db, self.db, size=(windows, 1))
        return _added([(one, slopes * (one.centres / one.nyquist - 0.5)) for one in bands], windows, columns)


@dataclass(frozen=True)
class FrequencyWarp:
    """The frequency axis stretched or squeezed, as longer and shorter vocal tracts do, each window by another factor.

    Vocal tract length perturbation (Jaitly & Hinton 2013): frequencies up to a knee are multiplied by the factor; above
    it a straight line leads to half the sample rate, which stays. Their filters are moved over the spectrum; here the
    levels of the bands are interpolated, and beyond the first and the last band's centre that band's level holds. With
    fewer MFCCs than bands, the spectrum as these coefficients have it is warped: what they smooth away is not there.

    Attributes
    ----------
    share : float
        The factor lies between 1 - share and 1 + share; every one is as likely.
    """

    share: float

    def __call__(self, bands: Sequence[Bands], columns: int, windows: int, random: np.random.Generator) -> Change:
        """Move the levels."""
        factors = random.uniform(1 - self.share, 1 + self.share, size=(windows, 1))
        matrices = np.tile(np.eye(columns), (windows, 1, 1))
        for one in bands:
            with one_thread():
                moved = one.forth @ _moving(unwarped(one.centres, factors, one.nyquist), one.centres) @ one.back
            matrices[:, one.places[:, np.newaxis], one.places] = moved
        return Change(matrices.astype(np.float32), np.zeros((windows, columns), np.float32))


def unwarped(frequencies: np.ndarray, factors: np.ndarray, nyquist: float) -> np.ndarray:
    """Say where the frequencies of a warped spectrum were before.

    Parameters
    ----------
    frequencies : np.ndarray
        In Hz, from 0 to `nyquist`.
    factors : np.ndarray
        Of the warp, above 0; of a shape that goes with that of `frequencies`.
    nyquist : float
        Half the sample rate, in Hz.

    Returns
    -------
    np.ndarray
        In Hz.

    Examples
    --------
    >>> unwarped(np.array([1100.0, 8000.0]), np.array(1.1), 8000.0).round(6).tolist()
    [1000.0, 8000.0]
    """
    knee = _KNEE * nyquist * np.minimum(factors, 1)
    slope = (nyquist - knee / factors) / (nyquist - knee)
    before: np.ndarray = np.where(frequencies <= knee, frequencies / factors,
                                  nyquist - slope * (nyquist - frequencies))
    return before


def _moving(sources: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Weights [windows, bands, bands] with which levels at `sources` [windows, bands] are read between the centres."""
    last = len(centres) - 1
    places = np.interp(sources, centres, np.arange(len(centres)))
    below = np.minimum(places.astype(np.intp), max(last - 1, 0))
    share = (places - below)[..., np.newaxis]
    unit = np.eye(len(centres))
    weights: np.ndarray = (1 - share) * unit[below] + share * unit[np.minimum(below + 1, last)]
    return weights


def _added(levels: Sequence[tuple[Bands, np.ndarray]], windows: int, columns: int) -> Change:
    offsets = np.zeros((windows, columns), np.float32)
    for one, added in levels:
        if "delta" not in one.kind:  # what does not change over time has no delta
            offsets[:, one.places] = added @ one.forth.T
    return Change(None, offsets)


@dataclass(frozen=True, eq=False)
class Spectral:
    """The steps that are switched on, and the columns that they act on.

    Attributes
    ----------
    steps : tuple of SpectralStep
        In the order in which they act.
    bands : tuple of Bands
        See `find_bands`.
    columns : int
        That the network sees in all.
    """

    steps: tuple[SpectralStep, ...]
    bands: tuple[Bands, ...]
    columns: int

    def draw(self, windows: int, seed: Sequence[int]) -> tuple[Change, ...]:
        """Draw what is done to the windows of a batch, one change after the other, from the batch's seed."""
        return tuple(step(self.bands, self.columns, windows, randomness(step, seed)) for step in self.steps)


def spectral(settings: Augment, columns: Sequence[str], recipe: Mapping[str, Any]) -> Spectral:
    """Make the steps that change the spectrum and are switched on.

    Parameters
    ----------
    settings : Augment
        How far the level, the tilt and the frequencies may move.
    columns : sequence of str
        The columns that the network sees.
    recipe : mapping
        What the features were computed with; see `FeatureStore.recipe`. Without a step it is not looked at.

    Returns
    -------
    Spectral
        With no step if none is switched on.

    Raises
    ------
    UserError
        If a step is switched on, and the network sees neither MFCCs nor log-mel bands, or, for a warp, not all of the
        log-mel bands.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.train_cnn import TrainCnn
    >>> shipped = load("params.yaml", TrainCnn).augment
    >>> spectral(shipped, ["zcr"], {}).steps
    ()
    >>> spectral(shipped.model_copy(update={"gain_db": 6.0}), ["zcr"], {})
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: train_cnn.augment.gain_db changes mel bands and MFCCs, but the ...
    """
    steps: dict[str, SpectralStep] = {}
    if settings.frequency_warp:
        steps["frequency_warp"] = FrequencyWarp(settings.frequency_warp)
    if settings.tilt_db:
        steps["tilt_db"] = Tilt(settings.tilt_db)
    if settings.gain_db:
        steps["gain_db"] = Gain(settings.gain_db)
    if not steps:
        return Spectral((), (), len(columns))
    bands = find_bands(columns, recipe)
    if not bands:
        raise UserError(f"train_cnn.augment.{next(iter(steps))} changes mel bands and MFCCs, but the network sees "
                        f"neither (it sees {', '.join(columns)}); set it to 0, or add mfcc or log_mel to "
                        "extract_mfcc.features")
    if "frequency_warp" in steps and not all(one.complete for one in bands):
        raise UserError("train_cnn.augment.frequency_warp moves levels between the bands of log_mel, but the network "
                        "does not see all of them; set it to 0, or take log_mel out of train_cnn.baseline_only")
    return Spectral(tuple(steps.values()), tuple(bands), len(columns))
