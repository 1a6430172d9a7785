"""The cache: what was computed is found again, damage is noticed, nobody is in anybody's way."""

import os
import stat
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from speech_emotion import upkeep
from speech_emotion.extraction import cache as module
from speech_emotion.extraction.cache import Cache
from speech_emotion.extraction.shards import ABANDONED_SECONDS

COLUMNS = 5
NOBODY = 65534
"""User id that owns nothing."""


def open_cache(root: Path) -> Cache:
    return Cache(root, "f" * 64, COLUMNS, {"sample_rate": 16000})


def matrix(seed: int, num_frames: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((num_frames, COLUMNS)).astype(np.float32)


def shards(root: Path) -> list[Path]:
    return sorted(root.glob("*/*.zip"))


def fill(root: Path, seeds: range) -> None:
    with open_cache(root) as cache:
        for seed in seeds:
            cache.add(f"key{seed}", matrix(seed))


def test_what_is_added_is_found(tmp_path: Path) -> None:
    fill(tmp_path, range(3))
    with open_cache(tmp_path) as cache:
        assert "key1" in cache
        np.testing.assert_array_equal(cache.get("key1"), matrix(1))
        assert cache.get("key9") is None


def test_another_fingerprint_holds_nothing(tmp_path: Path) -> None:
    fill(tmp_path, range(3))
    with Cache(tmp_path, "e" * 64, COLUMNS, {}) as cache:
        assert cache.get("key1") is None


def test_two_writers_at_once(tmp_path: Path) -> None:
    with open_cache(tmp_path) as first, open_cache(tmp_path) as second:
        for seed in range(4):
            first.add(f"key{seed}", matrix(seed))
            second.add(f"key{seed + 2}", matrix(seed + 2))
            first.flush()
            second.flush()
    with open_cache(tmp_path) as cache:
        for seed in range(6):
            np.testing.assert_array_equal(cache.get(f"key{seed}"), matrix(seed))


def test_long_work_is_written_as_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHARD_BYTES", 1000)
    cache = open_cache(tmp_path)
    for seed in range(10):
        cache.add(f"key{seed}", matrix(seed))
    # Killed here: never closed.
    assert len(shards(tmp_path)) == 3
    with open_cache(tmp_path) as again:
        assert sum(f"key{seed}" in again for seed in range(10)) == 9


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_truncated_shard_is_noticed_and_removed(
    tmp_path: Path, kept: float, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, range(5))
    (shard,) = shards(tmp_path)
    shard.write_bytes(shard.read_bytes()[: int(kept * shard.stat().st_size)])
    with open_cache(tmp_path) as cache:
        assert all(cache.get(f"key{seed}") is None for seed in range(5))
    assert str(shard) in capsys.readouterr().err
    assert shards(tmp_path) == []


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    fill(tmp_path, range(2))
    (shard,) = shards(tmp_path)
    whole = shard.read_bytes()
    for at in range(0, len(whole), 7):
        shard.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        with open_cache(tmp_path) as cache:
            for seed in range(2):
                found = cache.get(f"key{seed}")
                assert found is None or np.array_equal(found, matrix(seed)), at


def test_what_was_computed_for_other_columns_is_no_damage(tmp_path: Path) -> None:
    fill(tmp_path, range(1))
    with Cache(tmp_path, "f" * 64, COLUMNS + 2, {}) as cache:
        assert cache.get("key0") is None
    assert len(shards(tmp_path)) == 1


@contextmanager
def somebody_else(folder: Path) -> Iterator[None]:
    """Act as a user who owns nothing; the superuser may do anything."""
    folder.chmod(0o755)
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that others may enter, which they may not in tmp_path."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_colleagues_shard_that_may_not_be_read_stays(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in range(3):
        fill(public, range(seed, seed + 1))
    kept = shards(public)[0].parent
    kept.chmod(0o777)
    for shard in shards(public)[:2]:
        shard.chmod(0)
    with somebody_else(public), open_cache(public) as cache:
        found = [cache.get(f"key{seed}") is not None for seed in range(3)]
        cache.add("key9", matrix(9))
    assert sum(found) == 1
    assert len(shards(public)) == 4
    message = capsys.readouterr().err
    assert message.count("warning") == 1
    assert "2 parts of the cache cannot be read" in message
    assert "Permission denied" in message


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_too_many_open_files_are_no_damage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import resource

    for seed in range(12):
        fill(tmp_path, range(seed, seed + 1))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open_cache(tmp_path) as cache:
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/dev/fd").iterdir())) + 4, before[1]))
        try:
            found = [cache.get(f"key{seed}") for seed in range(12)]
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert all(values is not None for values in found)  # fewer are held open
    with open_cache(tmp_path) as cache:
        lowest = os.open(os.devnull, os.O_RDONLY)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, before[1]))  # not one more
        try:
            assert cache.get("key0") is None
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
            os.close(lowest)
    assert len(shards(tmp_path)) == 12
    assert "Too many open files" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize(("mask", "mode"), [(0o027, 0o640), (0o002, 0o664), (0o077, 0o600)])
def test_others_may_read_what_the_umask_lets_them(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        fill(tmp_path, range(1))
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*/*")} == {mode}


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_prune_goes_on_past_what_it_may_not_remove(public: Path) -> None:
    fill(public, range(1))
    with Cache(public, "e" * 64, COLUMNS, {}) as cache:
        cache.add("key", matrix(0))
    theirs, ours = public / ("e" * 32), public / ("f" * 32)
    theirs.chmod(0o555)
    for path in (public, ours, *ours.iterdir()):
        path.chmod(0o777)
    size = sum(shard.stat().st_size for shard in theirs.glob("*.zip"))
    with somebody_else(public):
        pruned = upkeep.prune(public, public / "none", max_bytes=0)
    assert [shard.parent for shard in shards(public)] == [theirs]
    assert pruned.kept == size
    assert [path.parent for path, _ in pruned.refused] == [theirs]


def test_shard_that_another_process_prunes_is_no_damage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, range(2))
    with open_cache(tmp_path) as cache:
        shards(tmp_path)[0].unlink()
        assert cache.get("key0") is None
    assert capsys.readouterr().err == ""


def test_cache_that_cannot_be_written_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # A file where the folder should be: unlike a read-only folder, it stops the superuser too.
    root = tmp_path / "cache"
    root.write_text("not a folder")
    with open_cache(root) as cache:
        cache.add("key", matrix(0))
        cache.flush()
        cache.add("key2", matrix(0))
    messages = capsys.readouterr().err
    assert messages.count("features are not kept") == 1
    assert str(root) in messages


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_full_disk_is_a_warning_and_what_was_whole_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import resource

    fill(tmp_path, range(2))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_cache(tmp_path) as cache:
        # The system refuses to make a file longer, as it does when a disk is full.
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
        try:
            for seed in range(2, 300):
                cache.add(f"key{seed}", matrix(seed))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert capsys.readouterr().err.count("features are not kept") == 1
    assert [path.name for path in shards(tmp_path)[0].parent.iterdir() if path.suffix == ".tmp"] == []
    with open_cache(tmp_path) as again:
        np.testing.assert_array_equal(again.get("key1"), matrix(1))
        assert "key2" not in again
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_read_only_cache_is_read(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(public, range(2))
    shards(public)[0].parent.chmod(0o555)
    with somebody_else(public), open_cache(public) as cache:
        np.testing.assert_array_equal(cache.get("key1"), matrix(1))
        cache.add("key9", matrix(9))
    assert "features are not kept" in capsys.readouterr().err


def test_more_shards_than_are_held_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OPEN_SHARDS", 2)
    for seed in range(5):
        fill(tmp_path, range(seed, seed + 1))
    with open_cache(tmp_path) as cache:
        for seed in [0, 4, 1, 3, 2, 0, 1]:
            np.testing.assert_array_equal(cache.get(f"key{seed}"), matrix(seed))


def test_parts_and_prune(tmp_path: Path) -> None:
    fill(tmp_path, range(3))
    fill(tmp_path, range(3, 6))
    with Cache(tmp_path, "e" * 64, COLUMNS, {"sample_rate": 8000}) as cache:
        cache.add("key", matrix(0))
    (other,) = (tmp_path / ("e" * 32)).glob("*.zip")
    os.utime(other, (0, 0))
    parts = upkeep.parts(tmp_path)
    assert [(part.num_clips, part.recipe["sample_rate"]) for part in parts] == [(6, 16000), (1, 8000)]
    assert sum(part.size for part in parts) == sum(shard.stat().st_size for shard in shards(tmp_path))

    old_size = other.stat().st_size
    total = sum(part.size for part in parts)
    pruned = upkeep.prune(tmp_path, tmp_path / "none", unused_seconds=24 * 3600)
    assert (pruned.removed, pruned.kept, pruned.refused) == (old_size, total - old_size, [])
    assert not other.parent.exists()

    pruned = upkeep.prune(tmp_path, tmp_path / "none", max_bytes=(total - old_size) // 2 + 10)
    assert pruned.removed > 0
    assert pruned.kept <= (total - old_size) // 2 + 10
    assert len(shards(tmp_path)) == 1
    assert upkeep.prune(tmp_path, tmp_path / "none", max_bytes=0).kept == 0
    assert upkeep.parts(tmp_path) == []


@pytest.mark.parametrize("how", ["prune", "next run"])
def test_what_was_never_finished_goes_in_time(tmp_path: Path, how: str) -> None:
    fill(tmp_path, range(1))
    folder = shards(tmp_path)[0].parent
    old, new = folder / ".old.tmp", folder / ".new.tmp"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    long_ago = time.time() - 2 * ABANDONED_SECONDS
    os.utime(old, (long_ago, long_ago))
    if how == "prune":
        upkeep.prune(tmp_path, tmp_path / "none")
    else:
        fill(tmp_path, range(1, 2))
    assert not old.exists()
    assert new.exists()


def test_use_keeps_a_shard_young(tmp_path: Path) -> None:
    fill(tmp_path, range(1))
    (shard,) = shards(tmp_path)
    os.utime(shard, (0, 0))
    with open_cache(tmp_path) as cache:
        cache.get("key0")
    assert time.time() - shard.stat().st_mtime < 60


def test_shards_are_ordinary_archives(tmp_path: Path) -> None:
    fill(tmp_path, range(2))
    with zipfile.ZipFile(shards(tmp_path)[0]) as archive:
        assert archive.namelist() == ["key0", "key1"]
        assert archive.testzip() is None
