"""What decides a feature's value beside the clip: settings, code, libraries."""

import hashlib
import json
import platform
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from speech_emotion.params.extract_mfcc import ExtractMfcc

LIBRARIES = ("librosa", "numpy", "scipy", "soundfile", "soxr")

_PACKAGE = Path(__file__).parents[1]
CODE = (_PACKAGE / "audio" / "decoding.py", *sorted(
    path for path in (_PACKAGE / "features").glob("*.py") if path.name != "__init__.py"
))
"""The modules that turn a file into numbers; a test compares them with what `compute` imports."""

_ONLY_FOR = {
    "mfcc": ("n_mfcc", "lifter", "deltas"),
    "chroma": ("chroma",),
    "spectral_contrast": ("spectral_contrast",),
    "f0": ("f0",),
}
_MEL = ("mel_scale", "fmin", "fmax", "n_mels", "top_db")
_SPECTRUM = ("win_length", "window")


@lru_cache(maxsize=1)
def of_code() -> str:
    """Hash of the code, the libraries' versions and the kind of processor; 64 hexadecimal digits."""
    state = hashlib.sha256(platform.machine().encode())
    for module in CODE:
        state.update(module.read_bytes().replace(b"\r\n", b"\n"))
    for library in LIBRARIES:
        state.update(f"{library}=={version(library)}".encode())
    return state.hexdigest()


def of_settings(settings: ExtractMfcc) -> str:
    """Hash of `of_code` and of the settings that decide what a clip's view becomes; 64 hexadecimal digits.

    Which views there are, where the work is done, and settings of features that are not computed are left out.
    """
    return hashlib.sha256(f"{of_code()} {json.dumps(relevant(settings), sort_keys=True)}".encode()).hexdigest()


def relevant(settings: ExtractMfcc) -> dict[str, object]:
    """Pick the settings that decide what a clip's view becomes."""
    values: dict[str, object] = settings.model_dump()
    unused = ["views", "scheduler"]
    for feature, keys in _ONLY_FOR.items():
        if feature not in settings.features:
            unused += keys
    if not {"mfcc", "log_mel"} & set(settings.features):
        unused += _MEL
    if not {"mfcc", "log_mel", "chroma", "spectral_contrast"} & set(settings.features):
        unused += _SPECTRUM
    return {key: value for key, value in values.items() if key not in unused}
