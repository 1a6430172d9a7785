"""What decides a network and its training, as a hash: settings, data, code, libraries, kind of processor."""

import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from speech_emotion.core import processor

LIBRARIES = ("h5py", "keras", "numpy", "scikit-learn", "scipy", "tensorflow")

HARMLESS = frozenset({
    "num_networks", "baseline_share", "average_speeds", "refit", "scheduler", "statistics", "baseline_shrinkage",
    "baseline_temperature", "fusion", "calibration", "branches", "branch_model",
    # What they decide is told apart by what came of them: the seed, the labels and the columns of a unit, its clips.
    "seed", "labels", "baseline_only", "split.protocol", "split.folds", "split.test_fraction",
    "split.validation_fraction", "split.validation", "split.test_corpora", "split.predefined",
    "split.statement_disjoint",
})
"""Settings of `train_cnn` that do not decide how a network is trained. One that is not listed counts as deciding."""

_PACKAGE = Path(__file__).parents[1]
# What only runs, keeps or shows a training, or uses what came of it. A module that is not listed counts as deciding.
_OTHER = {
    "training": {"__init__", "augment/__init__", "branch", "calibrating", "checks", "crew", "fingerprint", "folds",
                 "fusing", "machine", "members", "memo", "memory", "parcel", "progress", "purpose", "record", "remote",
                 "run", "tasks", "work"},
    "models": {"__init__", "backend", "baseline", "bounds", "bundle", "calibration", "fusion", "identity", "outputs",
               "provenance", "weights"},
}
_VARIABLES = ("CUDA_VISIBLE_DEVICES", "DNNL_", "KERAS_", "NVIDIA_TF32", "ONEDNN_", "TF_", "XLA_")
_OF_NO_WEIGHT = ("TF_CPP_", "TF_NUM_")


def modules(network: str) -> list[Path]:
    """List the code that decides a training; a test compares it with what a unit's process imports.

    Parameters
    ----------
    network : str
        Name of the network; the modules of others are left out.

    Examples
    --------
    >>> names = [path.stem for path in modules("cnn")]
    >>> "batches" in names, "cnn" in names, "tim_net" in names, "progress" in names
    (True, True, False, False)
    """
    shared = [path for package, others in _OTHER.items() for path in sorted((_PACKAGE / package).rglob("*.py"))
              if path.relative_to(_PACKAGE / package).with_suffix("").as_posix() not in others]
    return [*shared, _PACKAGE / "networks" / f"{network}.py"]


@lru_cache(maxsize=4)
def of_code(network: str) -> str:
    """Hash of the code and of the libraries' versions; 64 hexadecimal digits.

    Parameters
    ----------
    network : str
        Name of the network.

    Examples
    --------
    >>> of_code("cnn") == of_code("tim_net")
    False
    """
    state = hashlib.sha256()
    for module in modules(network):
        state.update(module.read_bytes().replace(b"\r\n", b"\n"))
    for library in LIBRARIES:
        state.update(f"{library}=={version(library)}".encode())
    return state.hexdigest()


def of_processor() -> str:
    """Hash of the kind of processor that this process runs on, and of what chooses among its instructions.

    Processors of one kind, with the same versions of all libraries, give the same bytes.

    Examples
    --------
    >>> len(of_processor())
    64
    """
    about = [sys.platform, platform.machine(), platform.processor(), *processor.kind(), *_gpus()]
    about += [f"{name}={value}" for name, value in sorted(os.environ.items())
              if name.startswith(_VARIABLES) and not name.startswith(_OF_NO_WEIGHT)]
    return hashlib.sha256("\n".join(about).encode()).hexdigest()


def _gpus() -> list[str]:
    names = []
    for about in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
        names += [line for line in about.read_text(encoding="utf-8").splitlines() if line.startswith("Model")]
    return names


def deciding(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings of `train_cnn` that decide how a network is trained: all but `HARMLESS`.

    Parameters
    ----------
    settings : mapping
        The section, ready for JSON.

    Examples
    --------
    >>> deciding({"lr": 0.001, "num_networks": 3, "split": {"folds": 5}, "unheard_of": True})
    {'lr': 0.001, 'unheard_of': True}
    """
    return _without_harmless(settings, "")


def _without_harmless(section: Mapping[str, Any], path: str) -> dict[str, Any]:
    left = {}
    for key, value in section.items():
        if f"{path}{key}" in HARMLESS:
            continue
        if isinstance(value, Mapping):
            value = _without_harmless(value, f"{path}{key}.")
            if not value:
                continue
        left[key] = value
    return left


def of_unit(document: Mapping[str, Any], code: str) -> str:
    """Hash of what decides the weights of a unit beside the processor; 64 hexadecimal digits.

    Parameters
    ----------
    document : mapping
        `Unit.document`: ready for JSON.
    code : str
        From `of_code`.
    """
    return hashlib.sha256(f"{code} {json.dumps(document, sort_keys=True)}".encode()).hexdigest()
