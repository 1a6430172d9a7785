"""A few cases of each attack on what comes in; `make attack` has the many."""

from . import archives, audio


def test_audio(tmp_path):
    summary = audio.attack(1, 101, tmp_path)
    assert not summary.findings, str(summary)
    assert summary.cases == sum(summary.tally.values()) == 101
    assert min(summary.tally[outcome] for outcome in ("taken", "refused")) > 10, summary.tally


def test_archives(tmp_path):
    summary = archives.attack(1, 100, tmp_path)
    assert not summary.findings, str(summary)
    assert min(summary.tally[outcome] for outcome in ("unpacked", "refused")) > 10, summary.tally
    assert not list(tmp_path.iterdir())
