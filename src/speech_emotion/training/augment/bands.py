"""Which of the columns that a network sees are levels of mel bands, or a linear function of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.fft

from speech_emotion.features.mel_scale import mel_frequencies

_NAME = re.compile(r"(?P<kind>(?P<feature>mfcc)(?P<delta>_delta2?)?|(?P<bands>log_mel))_(?P<index>\d+)")
_WEAK = 1e-6
"""A coefficient that its lifter makes smaller than this cannot be told from nothing."""


@dataclass(frozen=True, eq=False)
class Bands:
    """Columns of one kind, such as all MFCCs or all deltas of MFCCs.

    Attributes
    ----------
    kind : str
        "log_mel", "mfcc", "mfcc_delta" or "mfcc_delta2".
    places : np.ndarray [shape=(k,), dtype=int]
        Which of the network's columns they are.
    centres : np.ndarray [shape=(n_mels,), dtype=float64]
        The bands' centre frequencies in Hz, ascending.
    nyquist : float
        Half of the sample rate, in Hz.
    forth : np.ndarray [shape=(k, n_mels), dtype=float64]
        The columns are this, times the bands' levels in dB (or the levels' change over time).
    back : np.ndarray [shape=(n_mels, k), dtype=float64]
        What the columns say of the levels is this, times the columns: all where there are as many columns as bands, and
        else the levels smoothed over the bands, as the lower coefficients have them.
    """

    kind: str
    places: np.ndarray
    centres: np.ndarray
    nyquist: float
    forth: np.ndarray
    back: np.ndarray

    @property
    def complete(self) -> bool:
        """Whether a change of the bands' places can be told from these columns."""
        return self.kind != "log_mel" or len(self.places) == len(self.centres)


def find_bands(columns: Sequence[str], recipe: Mapping[str, Any]) -> list[Bands]:
    """Find them by their names.

    Parameters
    ----------
    columns : sequence of str
        The network's columns.
    recipe : mapping
        What the features were computed with; see `FeatureStore.recipe`.

    Returns
    -------
    list of Bands
        In the order in which the kinds appear. A delta is the same function of the levels' change as its coefficient is
        of the levels, since both are linear.

    Examples
    --------
    >>> mel = {"n_mels": 4, "fmin": 0.0, "fmax": 8000.0, "mel_scale": "slaney", "n_mfcc": 2, "lifter": 0.0}
    >>> mfcc, delta = find_bands(["mfcc_0", "mfcc_1", "zcr", "mfcc_delta_1"],
    ...                          {"sample_rate": 16000, "features": {"mfcc": mel, "zcr": {}}})
    >>> mfcc.kind, mfcc.places.tolist(), mfcc.forth.round(2).tolist()
    ('mfcc', [0, 1], [[0.5, 0.5, 0.5, 0.5], [0.65, 0.27, -0.27, -0.65]])
    >>> delta.kind, delta.places.tolist()
    ('mfcc_delta', [3])
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for place, name in enumerate(columns):
        if match := _NAME.fullmatch(name):
            found.setdefault(match["kind"], []).append((place, int(match["index"])))
    return [_bands(kind, np.array(members), recipe) for kind, members in found.items()]


def _bands(kind: str, members: np.ndarray, recipe: Mapping[str, Any]) -> Bands:
    settings = recipe["features"]["log_mel" if kind == "log_mel" else "mfcc"]
    n_mels = settings["n_mels"]
    edges = mel_frequencies(n_mels + 2, fmin=settings["fmin"], fmax=settings["fmax"],
                            htk=settings["mel_scale"] == "htk")
    places, which = members.T
    forth, back = np.eye(n_mels)[which], np.eye(n_mels)[:, which]
    if kind != "log_mel":
        cosines = scipy.fft.dct(np.eye(n_mels), axis=0, norm="ortho")[which]
        weights = _lifter(which, settings["lifter"])[:, np.newaxis]
        # The cosines are orthonormal, so that the way back is the transpose.
        forth = weights * cosines
        back = (cosines * np.divide(1, weights, out=np.zeros_like(weights), where=np.abs(weights) > _WEAK)).T
    return Bands(kind, places, edges[1:-1], recipe["sample_rate"] / 2, forth, back)


def _lifter(which: np.ndarray, lifter: float) -> np.ndarray:
    # As `features.mfcc.cepstrum` weighs its coefficients. Not imported from there: this stage would then depend on all
    # modules that compute features, and train anew whenever one of them is touched.
    return 1 + (lifter / 2) * np.sin(np.pi * (which + 1) / lifter) if lifter else np.ones(len(which))
