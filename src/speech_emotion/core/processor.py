"""What kind of processor this is, by which libraries choose their instructions."""

import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_TELLING = ("vendor_id", "cpu family", "model", "model name", "stepping", "cache size", "flags", "Features")


def kind() -> list[str]:
    """Tell what decides which kernels a library chooses (by instructions), and how it cuts its work up (by caches).

    Returns
    -------
    list of str
        Lines of ``/proc/cpuinfo`` about the first core; none where there is no such file.

    Examples
    --------
    >>> kind() == kind()
    True
    """
    try:
        first = _CPUINFO.read_text(encoding="utf-8").split("\n\n")[0]
    except OSError:
        return []
    return [line for line in first.splitlines() if line.partition(":")[0].strip() in _TELLING]


def name() -> str:
    """Give the processor's name for people, or at least what kind of machine this is.

    Examples
    --------
    >>> name() != ""
    True
    """
    models = [line.partition(":")[2].strip() for line in kind() if line.startswith("model name")]
    return models[0] if models else platform.machine() or "unknown"
