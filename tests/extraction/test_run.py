"""From clips to a store: the same bytes however they are computed, and nothing lost when something fails."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech_emotion.audio import spool
from speech_emotion.core.errors import UserError
from speech_emotion.extraction import fingerprint, order, worker
from speech_emotion.extraction.cache import Cache
from speech_emotion.extraction.run import extract
from speech_emotion.extraction.worker import ClipFile
from speech_emotion.features import compute
from speech_emotion.parallel import pool
from speech_emotion.params.extract_mfcc import ExtractMfcc, Recipe
from speech_emotion.store import FeatureStore
from speech_emotion.testing import write_clip

Corpus = Callable[[int], list[ClipFile]]
Settings = Callable[..., ExtractMfcc]
SOURCE = Path(__file__).resolve().parents[2] / "src"


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_same_bytes_for_any_number_of_workers_and_any_cache(
    corpus: Corpus, extract_settings: Settings, tmp_path: Path
) -> None:
    clips = corpus(70)
    chosen = extract_settings(features__mfcc__deltas=1, views__speed=[0.9], views__noise_snr_db=[20.0])
    one = extract(clips, chosen, tmp_path / "one", cache=tmp_path / "cache1", workers=1)
    three = extract(clips, chosen, tmp_path / "three", cache=tmp_path / "cache3", workers=3)
    again = extract(clips, chosen, tmp_path / "again", cache=tmp_path / "cache3", workers=2)
    assert (one.computed, three.computed, again.computed) == (70, 70, 0)
    assert (one.reused, three.reused, again.reused) == (0, 0, 70)
    assert content(tmp_path / "one") == content(tmp_path / "three") == content(tmp_path / "again")

    store = FeatureStore(tmp_path / "one")
    assert store.views(clips[0].clip_id) == ["", "speed-0.9", "noise-20dB"]
    for clip in clips[::20]:
        np.testing.assert_array_equal(store.frames(clip.clip_id), compute.from_file(clip.path, chosen))
    assert store.columns == compute.columns(chosen)
    assert store.frame_rate == 100
    assert b"/audio/" not in (tmp_path / "one" / "index.parquet").read_bytes()


def test_same_bytes_for_recordings_too_long_for_memory(
    corpus: Corpus, extract_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips, chosen = corpus(4), extract_settings("mfcc", "rms", views__speed=[0.9, 1.1])
    extract(clips, chosen, tmp_path / "short", cache=tmp_path / "cache")
    monkeypatch.setattr(spool, "IN_MEMORY", 1000)
    monkeypatch.setattr(worker, "LARGE_BYTES", 0)
    monkeypatch.setattr(order, "HELD_BYTES", 0)
    for reused in (0, 4):
        summary = extract(clips, chosen, tmp_path / "long", cache=tmp_path / "other")
        assert summary.reused == reused
        assert content(tmp_path / "long") == content(tmp_path / "short")


def test_what_is_computed_is_kept_though_nobody_takes_it(
    corpus: Corpus, extract_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips, recipe = corpus(2), Recipe.part_of(extract_settings("rms"))
    names = ("", "speed-0.9")
    asked = worker.Batch((), recipe, fingerprint.of_code(("rms",)),
                         {view: fingerprint.of_numbers(recipe, view) for view in names}, tmp_path)
    monkeypatch.setattr(worker, "LARGE_BYTES", 0)
    with pool.here() as (executor, capacity), Cache(tmp_path / "cache", "f", 1, {}) as cache:
        rows = order.features(clips, asked, cache, executor, capacity)
        next(rows)
        rows.close()
    with Cache(tmp_path / "cache", "f", 1, {}) as cache:
        assert all(order.key(clip, view, asked.numbers) in cache for clip in clips for view in names)
    assert list(tmp_path.glob("*.npy")) == []


def test_only_what_is_new_is_computed(corpus: Corpus, extract_settings: Settings, tmp_path: Path) -> None:
    clips, chosen = corpus(6), extract_settings()
    assert extract(clips[1:], chosen, tmp_path / "f").computed == 5
    summary = extract(clips, chosen, tmp_path / "f")
    assert (summary.computed, summary.reused) == (1, 5)
    assert "1 clips computed, 5 clips reused" in str(summary)
    # renamed, moved, relabelled, fewer corpora: nothing is computed
    moved = [dataclasses.replace(clip, path=str(Path(clip.path).rename(tmp_path / f"x{at}.wav")))
             for at, clip in enumerate(clips)]
    before = content(tmp_path / "f")
    assert extract(moved, chosen, tmp_path / "f").computed == 0
    assert content(tmp_path / "f") == before
    assert extract(moved[:2], chosen, tmp_path / "f").computed == 0
    # a view more: the plain clips stay, each clip has something to do
    more = extract_settings(views__speed=[1.1])
    assert extract(moved, more, tmp_path / "g").computed == 6
    # where the work is done changes nothing
    elsewhere = extract_settings(scheduler="tcp://nowhere:1")
    assert extract(moved, elsewhere, tmp_path / "h").computed == 0
    assert content(tmp_path / "h") == before
    assert extract(moved, extract_settings(features__mfcc__n_mfcc=12), tmp_path / "h").computed == 6


def test_damaged_cache_is_computed_anew(corpus: Corpus, extract_settings: Settings, tmp_path: Path) -> None:
    clips, chosen = corpus(5), extract_settings()
    extract(clips, chosen, tmp_path / "f", cache=tmp_path / "cache")
    before = content(tmp_path / "f")
    (shard,) = (tmp_path / "cache").glob("*/*.zip")
    bytes_ = bytearray(shard.read_bytes())
    bytes_[300] ^= 1  # within the first clip's features
    shard.write_bytes(bytes_)
    assert extract(clips, chosen, tmp_path / "f", cache=tmp_path / "cache").computed == 1
    assert content(tmp_path / "f") == before
    assert extract(clips, chosen, tmp_path / "f", cache=tmp_path / "cache").reused >= 1


def test_vanished_clip(corpus: Corpus, extract_settings: Settings, tmp_path: Path) -> None:
    clips, chosen = corpus(3), extract_settings()
    extract(clips, chosen, tmp_path / "f")
    before = content(tmp_path / "f")
    Path(clips[1].path).unlink()
    with pytest.raises(UserError, match=f"{clips[1].clip_id}' has vanished since ingest"):
        extract(clips, extract_settings(features__mfcc__n_mfcc=5), tmp_path / "f")
    assert content(tmp_path / "f") == before


def test_a_project_without_its_audio_is_told_from_one_that_lost_a_clip(
    corpus: Corpus, extract_settings: Settings, tmp_path: Path
) -> None:
    clips, chosen = corpus(3), extract_settings()
    extract(clips, chosen, tmp_path / "f")
    for clip in clips:
        Path(clip.path).unlink()
    with pytest.raises(UserError, match=r"audio is not here, none of the 3 clips .* --allow-missing`") as caught:
        extract(clips, chosen, tmp_path / "f")
    assert str(caught.value).startswith(f"{Path(clips[0].path).parent}: ")
    assert "vanished" not in str(caught.value)


@pytest.mark.parametrize("num_clips", [3, 40])
def test_changed_clip(corpus: Corpus, extract_settings: Settings, tmp_path: Path, num_clips: int) -> None:
    clips, chosen = corpus(num_clips), extract_settings()
    changed = bytearray(Path(clips[1].path).read_bytes())
    changed[-100] ^= 16  # of the same size
    Path(clips[1].path).write_bytes(changed)
    with pytest.raises(UserError, match=f"{clips[1].clip_id}' has changed since ingest"):
        extract(clips, chosen, tmp_path / "f", workers=2)
    assert not (tmp_path / "f").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_re_encoded_clip_is_the_same_clip(extract_settings: Settings, tmp_path: Path) -> None:
    clip = ClipFile.describe(write_clip(tmp_path / "a.wav"), "toy-a", "toy")
    samples, rate = soundfile.read(clip.path, dtype="int16")
    soundfile.write(tmp_path / "a.flac", samples, rate)
    flac = dataclasses.replace(clip, path=str(tmp_path / "a.flac"))
    extract([clip], extract_settings(), tmp_path / "f", cache=tmp_path / "c1")
    extract([flac], extract_settings(), tmp_path / "g", cache=tmp_path / "c2")
    assert content(tmp_path / "f") == content(tmp_path / "g")


def test_hot_path_imports_nothing_heavy() -> None:
    program = (
        "import sys; from speech_emotion.extraction import run, worker\n"
        "print([m for m in ('librosa', 'numba', 'scipy.signal', 'pandas', 'tensorflow', 'distributed', "
        "'matplotlib') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(SOURCE)}, capture_output=True, text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"
