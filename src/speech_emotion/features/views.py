"""Augmented views of a clip, by name: the same speech faster, slower, higher, lower, or in noise.

A view keeps the clip's id, so that whatever splits the data keeps it with its clip. `perturbation` makes its samples.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from speech_emotion.features import arithmetic

if TYPE_CHECKING:  # that schema looks the features up, in this package
    from speech_emotion.params.extract_mfcc import Views

PLAIN = ""
"""Name of the view that changes nothing."""
SPEED, NOISE, PITCH = "speed-", "noise-", "pitch"
"""How the names of the others begin."""
DECIBEL = "dB"
"""How those in noise end."""


def names(views: "Views") -> list[str]:
    """Names of a clip's views, the plain one first; equal for equal values only.

    Examples
    --------
    >>> from speech_emotion.params.extract_mfcc import Views
    >>> names(Views(speed=(0.9,), noise_snr_db=(20.0,), pitch_steps=(-1.5, 2.0)))
    ['', 'speed-0.9', 'noise-20dB', 'pitch-1.5', 'pitch+2']
    """
    return [
        PLAIN,
        *(f"{SPEED}{_exactly(factor)}" for factor in views.speed),
        *(f"{NOISE}{_exactly(snr)}{DECIBEL}" for snr in views.noise_snr_db),
        *(f"{PITCH}{_exactly(steps, sign=True)}" for steps in views.pitch_steps),
    ]


def at_any_speed(views: Iterable[str]) -> tuple[str, ...]:
    """Choose the plain view and those that change the speed alone, which a listener would judge alike.

    Examples
    --------
    >>> at_any_speed(["pitch+2", "speed-0.9", "", "speed-1.1"])
    ('', 'speed-0.9', 'speed-1.1')
    """
    return tuple(sorted(view for view in views if view == PLAIN or view.startswith(SPEED)))


def rounding(view: str) -> frozenset[str]:
    """Tell which functions of `arithmetic` show in a view's samples: those of the phase vocoder, for another pitch.

    Examples
    --------
    >>> sorted(rounding("speed-0.9")), len(rounding("pitch+2")) > 10
    ([], True)
    """
    return arithmetic.EVERY if view.startswith(PITCH) else arithmetic.NONE


def _exactly(value: float, *, sign: bool = False) -> str:
    # The shortest text that gives the same float again.
    return np.format_float_positional(value, trim="-", sign=sign)
