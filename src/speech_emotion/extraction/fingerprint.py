"""What decides a feature's value beside the clip: recipe, code, libraries, and the processor where it matters."""

import hashlib
import json
import platform
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from speech_emotion.features import arithmetic, compute, registry
from speech_emotion.params.extract_mfcc import Recipe

LIBRARIES = ("librosa", "numpy", "scipy", "soundfile", "soxr")
_OF_ENCODERS = ("ctranslate2", "onnxruntime")

_PACKAGE = Path(__file__).parents[1]
_AUDIO = ("decoding.py", "digest.py", "ffmpeg.py", "recording.py", "resampling.py", "spool.py")


def modules(features: Iterable[str]) -> list[Path]:
    """List the code that turns a file into some features; a test compares it with what `compute` and they import.

    Parameters
    ----------
    features : iterable of str
        Names of features. Modules of other features are left out.

    Returns
    -------
    list of Path

    Examples
    --------
    >>> names = [path.stem for path in modules(["rms"])]
    >>> "decoding" in names, "framing" in names, "rms" in names, "chroma" in names
    (True, True, True, False)
    """
    shared = [
        path for path in sorted((_PACKAGE / "features").glob("*.py"))
        if path.stem not in {"__init__", *registry.features()}
    ]
    features = list(features)
    if "encoder" in features:
        shared += sorted(path for path in (_PACKAGE / "features/encoders").glob("*.py") if path.stem != "__init__")
    return [
        *(_PACKAGE / "audio" / name for name in _AUDIO),
        *shared,
        *(_PACKAGE / "features" / f"{name}.py" for name in features),
    ]


@lru_cache(maxsize=4)
def of_code(features: tuple[str, ...]) -> str:
    """Hash of the code, the libraries' versions and the architecture; 64 hexadecimal digits.

    Parameters
    ----------
    features : tuple of str
        Names of the features that are computed.

    Examples
    --------
    >>> of_code(("mfcc",)) == of_code(("mfcc", "rms"))
    False
    """
    state = hashlib.sha256(platform.machine().encode())
    for module in modules(features):
        state.update(module.read_bytes().replace(b"\r\n", b"\n"))
    for library in LIBRARIES + (_OF_ENCODERS if "encoder" in features else ()):
        state.update(f"{library}=={_version(library)}".encode())
    return state.hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # of encoders that are not used
        return "none"


def of_recipe(recipe: Recipe) -> str:
    """Hash of what decides the features of a clip: the recipe and the code for it; 64 hexadecimal digits.

    Which views there are and where the work is done is no part of it.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> settings = load("params.yaml", ExtractMfcc)
    >>> of_recipe(settings) == of_recipe(settings.model_copy(update={"scheduler": "tcp://host:8786"}))
    True
    """
    code = of_code(tuple(recipe.features.chosen()))
    return hashlib.sha256(f"{code} {json.dumps(recipe.document(), sort_keys=True)}".encode()).hexdigest()


def of_numbers(recipe: Recipe, view: str) -> str:
    """Hash of what this processor makes of the functions that a view's features are made with; 16 hexadecimal digits.

    It is no part of `of_recipe`: processors that differ only in what some views need share the others.

    Parameters
    ----------
    recipe : Recipe
        What is computed.
    view : str
        One of `views.names`.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> recipe = Recipe.part_of(load("params.yaml", ExtractMfcc))
    >>> [of_numbers(recipe, view) == of_numbers(recipe, "") for view in ("speed-0.9", "pitch+2")]
    [True, False]
    """
    return arithmetic.of_processor(compute.rounding(recipe, view))
