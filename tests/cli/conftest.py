"""Where commands are run."""

from pathlib import Path

import pytest


@pytest.fixture
def inside_place(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the folder that the module's fixture `place` makes."""
    monkeypatch.chdir(place)
