"""The commands `ser cache info` and `ser cache prune`."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from speech_emotion.cli.cache import app
from speech_emotion.extraction.cache import Cache
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.training import memo
from speech_emotion.training.memo import Entry, State, Trained


@pytest.fixture
def folder(
    extract_settings: Callable[..., ExtractMfcc], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A cache that holds one clip, beside one of two networks."""
    features, networks = tmp_path / "features", tmp_path / "networks"
    monkeypatch.setenv("SER_CACHE", str(features))
    monkeypatch.setattr(memo, "DEFAULT", networks)
    Entry(networks, "a" * 64, "b" * 64).finish(Trained(bytes(5000), [], "b" * 64))
    Entry(networks, "c" * 64, "b" * 64).keep(State({"x": np.zeros(100)}))
    with Cache(features, "f" * 64, 2, extract_settings("rms", "zcr").document()) as cache:
        cache.add("key", np.zeros((1000, 2), np.float32))
    return features


def test_info_says_where_it_is_and_what_it_holds(folder: Path) -> None:
    shown = CliRunner().invoke(app, ["info"]).output
    assert f"{folder}: 7.9 KiB" in shown
    assert "1 clips" in shown
    assert f"{folder.parent / 'networks'}: " in shown
    assert "1 networks that are trained, 1 that were interrupted" in shown
    assert "sample_rate=16000 hop_length=160 zcr(frame_length=512) rms(frame_length=512)" in shown


def test_a_part_whose_recipe_is_lost_is_shown_all_the_same(folder: Path) -> None:
    (folder / ("f" * 32) / "recipe.json").unlink()
    assert "unknown settings" in CliRunner().invoke(app, ["info"]).output


@pytest.mark.parametrize(("arguments", "message"), [
    (["prune"], "say what to remove"),
    (["prune", "--max-size", "lots"], "must be a size such as"),
])
def test_prune_says_what_it_needs(folder: Path, arguments: list[str], message: str) -> None:
    assert message in str(CliRunner().invoke(app, arguments).exception)


def test_prune_keeps_to_a_size(folder: Path) -> None:
    assert "removed 0 B" in CliRunner().invoke(app, ["prune", "--max-size", "1G"]).output
    assert "kept 0 B" in CliRunner().invoke(app, ["prune", "--max-size", "0"]).output
    assert list(folder.iterdir()) == []
    assert list((folder.parent / "networks").iterdir()) == []


def test_what_may_not_be_removed_is_named(folder: Path) -> None:
    part = folder / ("f" * 32)
    (shard,) = part.glob("*.zip")
    shard.unlink()
    shard.mkdir()  # a folder, which nobody can unlink: permissions do not stop the superuser
    shown = CliRunner().invoke(app, ["prune", "--max-size", "0"])
    assert shown.exit_code == 0
    assert f"1 parts could not be removed (the first: {shard}: " in shown.output
    assert list((folder.parent / "networks").iterdir()) == []
