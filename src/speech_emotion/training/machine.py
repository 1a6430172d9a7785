"""The kind of machine that trains, for people to read: what `fingerprint.of_processor` hashes, in words."""

import os
import platform
from typing import Any

from speech_emotion.core import processor

FILE = "trained-on.json"
"""Beside the weights of a fold."""

_INSTRUCTIONS = frozenset({
    "sse4_1", "sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni", "avx_vnni_int8", "avx512f", "avx512cd", "avx512bw",
    "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16",
    "asimd", "asimddp", "asimdhp", "fphp", "bf16", "i8mm", "sve", "sve2", "svebf16", "svei8mm",
})
"""As Linux names them: those among which the kernels of TensorFlow, oneDNN and NumPy choose."""
_LIMITS = ("DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "TF_ENABLE_ONEDNN_OPTS")


def described(threads: int = 1) -> dict[str, Any]:
    """Describe it: equal for equal kinds of processor, and without the name of a host, a path or a time.

    Parameters
    ----------
    threads : int > 0
        With how many it computes.

    Returns
    -------
    dict
        Ready for JSON: processor (its name; "" where the system does not tell), architecture, instructions that
        libraries may use, environment variables that limit them, and threads.

    Examples
    --------
    >>> list(described())
    ['processor', 'architecture', 'instructions', 'limited_by', 'threads']
    """
    lines = (line.partition(":") for line in processor.kind())
    told = {name.strip(): value.strip() for name, _, value in lines}
    there = set(told.get("flags", told.get("Features", "")).split())
    return {
        "processor": told.get("model name", ""),
        "architecture": platform.machine(),
        "instructions": sorted(there & _INSTRUCTIONS),
        "limited_by": {name: os.environ[name] for name in _LIMITS if name in os.environ},
        "threads": threads,
    }
