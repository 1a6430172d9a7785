"""The list of features: every module of this package that has a `FEATURE`."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

from speech_emotion import features as _package
from speech_emotion.features.feature import Feature

ORDER = ("mfcc", "log_mel", "chroma", "spectral_contrast", "zcr", "rms", "f0")
"""In which columns stand side by side; other features follow by name. The order of keys in YAML means nothing."""


@cache
def features() -> Mapping[str, Feature[Any]]:
    """All features by name, in the order of their columns.

    Examples
    --------
    >>> ", ".join(features())
    'mfcc, log_mel, chroma, spectral_contrast, zcr, rms, f0, encoder'
    >>> features()["rms"].settings(frame_length=512)
    Settings(frame_length=512)
    """
    found = {}
    for _, name, _ in pkgutil.iter_modules(_package.__path__):
        feature = getattr(importlib.import_module(f"{_package.__name__}.{name}"), "FEATURE", None)
        if isinstance(feature, Feature):
            found[name] = feature
    ordered = [name for name in ORDER if name in found] + sorted(set(found).difference(ORDER))
    return {name: found[name] for name in ordered}
