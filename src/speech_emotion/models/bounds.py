"""How large a model may be, and what its document may say: checked before anything is built of it.

A document comes from wherever a model came from, and a number in it must not decide how much memory a process takes.
The bounds lie far beyond what speech asks for.
"""

import json
import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from speech_emotion.core.errors import UserError
from speech_emotion.features import views
from speech_emotion.params.networks import NAMES, settings_of

if TYPE_CHECKING:
    from speech_emotion.models.blueprint import Blueprint

DOCUMENT_BYTES = 16 << 20
"""Of ``model.json``."""
WINDOW_VALUES = 1 << 22
"""Frames times columns of a window (with 40 columns and 100 frames a second: 17 minutes)."""
LAYER_VALUES = 1 << 22
"""What one layer of a network gives of one window, at most."""
WEIGHTS = 1 << 26
"""Of all networks of a fold together: 256 MB."""
NETWORKS = 100
"""Of a fold."""

_NAMES, _LETTERS = 10_000, 200
_SETTING, _SETTINGS = 100_000, 64
_NUMBER = r"\d{1,9}(?:\.\d{1,17})?"
_VIEWS = ((re.compile(rf"speed-({_NUMBER})", re.ASCII), 0.25, 4),
          (re.compile(rf"noise-(-?{_NUMBER})dB", re.ASCII), -20, 100),
          (re.compile(rf"pitch([+-]{_NUMBER})", re.ASCII), -24, 24))
"""Names of views, and what is between them: as in `params.extract_mfcc.Views`, which would load all features."""



def check(blueprint: "Blueprint") -> None:
    """Check what a document says.

    Parameters
    ----------
    blueprint : Blueprint
        As it was read.

    Raises
    ------
    ValueError
        If something in it cannot be, or is beyond a bound.
    """
    _names("labels", blueprint.labels, fewest=2)
    _names("columns", blueprint.columns, fewest=1)
    _names("network_columns", blueprint.network_columns, fewest=0)
    _names("views", blueprint.views, fewest=1, empty=True)
    if unknown := set(blueprint.network_columns).difference(blueprint.columns):
        raise ValueError(f"network_columns: {min(unknown)!r} is no column")
    _views(blueprint.views)
    _between("frame_rate", blueprint.frame_rate, 1e-3, 1e6)
    _between("window_frames", blueprint.window_frames, 1, WINDOW_VALUES)
    _between("window_frames times columns", blueprint.window_frames * len(blueprint.columns), 1, WINDOW_VALUES)
    _between("num_networks", blueprint.num_networks, 0, NETWORKS)
    _between("baseline_share", blueprint.baseline_share, 0, 1)
    _between("provenance.min_duration", blueprint.provenance.min_duration, 0, 3600)
    if blueprint.network not in NAMES:
        raise ValueError(f"no network {blueprint.network[:_LETTERS]!r} here; there are {', '.join(NAMES)}")
    _settings(blueprint.network_settings)
    settings_of(blueprint.network).model_validate(blueprint.network_settings)


def require_modest(blueprint: "Blueprint") -> None:
    """Find out how large the networks would be, without making them; for this TensorFlow is loaded.

    Parameters
    ----------
    blueprint : Blueprint
        Which `check` has nothing against.

    Raises
    ------
    UserError
        If they are beyond a bound, or do not fit the window.
    """
    if not blueprint.num_networks:
        return
    columns = len(blueprint.network_columns or blueprint.columns)
    weights, largest = _size(blueprint.network, json.dumps(blueprint.network_settings, sort_keys=True),
                             blueprint.window_frames, columns, len(blueprint.labels))
    for what, value, most in (("weights", weights * blueprint.num_networks, WEIGHTS),
                              ("values of one window in one layer", largest, LAYER_VALUES)):
        if value > most:
            raise UserError(f"networks.{blueprint.network}: with these settings and a window of "
                            f"{blueprint.window_frames} frames it has {value:,} {what}, and may have {most:,}; "
                            "make it, or the window, smaller")


@lru_cache(maxsize=8)
def _size(network: str, settings: str, window_frames: int, num_columns: int, num_classes: int) -> tuple[int, int]:
    import tensorflow as tf

    from speech_emotion.models import classifier

    # In a graph, which is only described: no variable is given memory.
    with tf.Graph().as_default():
        model = classifier.build(network, settings_of(network).model_validate(json.loads(settings)),
                                 window_frames=window_frames, num_columns=num_columns, num_classes=num_classes)
        return int(model.count_params()), classifier.largest_layer(model)


def _names(what: str, names: Collection[str], *, fewest: int, empty: bool = False) -> None:
    if not fewest <= len(names) <= _NAMES:
        raise ValueError(f"{what}: there are {len(names)}, and must be {fewest} to {_NAMES:,}")
    if len(set(names)) < len(names):
        raise ValueError(f"{what}: one is there twice")
    if any(len(name) > _LETTERS or not (name.isprintable() and (name or empty)) for name in names):
        raise ValueError(f"{what}: one is empty, not printable, or longer than {_LETTERS} letters")


def _between(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{what}: is {value:g}, and must be from {low:g} to {high:g}")


def _views(names: Sequence[str]) -> None:
    if names[0] != views.PLAIN:
        raise ValueError("views: must begin with the plain one")
    for name in names[1:]:
        for pattern, low, high in _VIEWS:
            if match := pattern.fullmatch(name):
                _between(f"views: {name!r}", float(match[1]), low, high)
                break
        else:
            raise ValueError(f"views: there is none of the name {name!r}")


def _settings(value: Any) -> None:
    if isinstance(value, dict | list):
        if len(value) > _SETTINGS:
            raise ValueError(f"network_settings: {len(value):,} values side by side, and there may be {_SETTINGS}")
        for each in value.values() if isinstance(value, dict) else value:
            _settings(each)
    elif isinstance(value, int | float):
        _between("network_settings: a number", value, -_SETTING, _SETTING)
