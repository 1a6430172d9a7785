"""Free memory, by the system's and the group's account."""

from pathlib import Path

import psutil
import pytest

from speech_emotion.parallel import memory


def test_it_agrees_with_psutil_where_no_group_has_a_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    free = memory.available()
    if free is not None:
        assert free == pytest.approx(psutil.virtual_memory().available, rel=0.2)


@pytest.mark.parametrize(("most", "expected"), [("max", 4096000), ("3000000", 1500000), ("1000", 0)])
def test_the_smaller_of_both_limits(
    most: str, expected: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable:    4000 kB\n", "utf-8")
    stat = "anon 1\ninactive_file 500000"
    for name, text in (("memory.max", most), ("memory.current", "2000000"), ("memory.stat", stat)):
        (tmp_path / name).write_text(f"{text}\n", "utf-8")
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    assert memory.available() == expected
    (tmp_path / "meminfo").unlink()
    (tmp_path / "memory.max").unlink()
    assert memory.available() is None
