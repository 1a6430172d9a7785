"""A few cases of each attack on what the stages leave behind; `make attack` has the many."""

import pytest

from . import kills, models, tables


def test_tables(tmp_path):
    summary = tables.attack(1, 40, tmp_path)
    assert not summary.findings, str(summary)
    assert min(summary.tally[outcome] for outcome in ("taken", "refused")) > 5, summary.tally


def test_models(tmp_path):
    summary = models.attack(1, 20, tmp_path)
    assert not summary.findings, str(summary)
    assert min(summary.tally[outcome] for outcome in ("taken", "refused")) > 0, summary.tally


@pytest.mark.parametrize("stage", ["packed", "single", "ingest"])
def test_kills(tmp_path, stage):
    summary = kills.attack(1, 2, tmp_path, stages=[stage])
    assert not summary.findings, str(summary)
    assert sum(summary.tally.values()) == 2
