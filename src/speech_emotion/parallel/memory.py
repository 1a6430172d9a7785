"""How much memory is free, so that no more processes are started than it holds."""

from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


def available() -> int | None:
    """Tell how many bytes can still be taken, by the system and by the limit on this process's group (Linux).

    Returns
    -------
    int >= 0 or None
        None where the system does not say.

    Examples
    --------
    >>> free = available()
    >>> free is None or free > 0
    True
    """
    limits = [limit for limit in (_of_system(), _of_group()) if limit is not None]
    return min(limits) if limits else None


def _of_system() -> int | None:
    try:
        lines = _MEMINFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _of_group() -> int | None:
    try:
        most, now = ((_GROUP / name).read_text(encoding="utf-8").strip() for name in ("memory.max", "memory.current"))
        # What is only cached is given back.
        stat = dict(line.split() for line in (_GROUP / "memory.stat").read_text(encoding="utf-8").splitlines())
        return None if most == "max" else max(0, int(most) - int(now) + int(stat.get("inactive_file", 0)))
    except (OSError, ValueError):
        return None
