"""From clips to a store: the same bytes however they are computed, and nothing lost when something fails."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech_emotion.core.errors import UserError
from speech_emotion.extraction import fingerprint, pool
from speech_emotion.extraction.run import extract
from speech_emotion.extraction.worker import ClipFile
from speech_emotion.features import compute, registry
from speech_emotion.params.extract_mfcc import ExtractMfcc
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


def test_wrong_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("0", "-1", "two"):
        monkeypatch.setenv(pool.VARIABLE, text)
        with pytest.raises(UserError, match="SER_WORKERS is"):
            pool.local_workers()
    monkeypatch.setenv(pool.VARIABLE, "3")
    assert pool.local_workers() == 3


RUN = """
import pickle, signal, sys
from pathlib import Path
from speech_emotion.core.console import errors_for_people
from speech_emotion.extraction import run, cache

cache.SHARD_SECONDS, cache.SHARD_BYTES = 0.2, 1 << 20
if __name__ == "__main__":
    if len(sys.argv) > 2:
        # The system refuses to make a file longer, as it does when a disk is full.
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    # What a shell starts in the background ignores Ctrl-C, and so would this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    clips, settings, target, kept = pickle.loads(Path(sys.argv[1]).read_bytes())
    with errors_for_people():
        print(run.extract(clips, settings, target, cache=kept, workers=2))
"""


@pytest.fixture
def slow_run(
    many_clips: list[ClipFile], extract_settings: Settings, tmp_path: Path
) -> Callable[..., "subprocess.Popen[str]"]:
    """A function that starts an extraction of a few seconds in a process group of its own."""
    import pickle

    chosen = extract_settings(
        "mfcc", "spectral_contrast", features__mfcc__n_fft=2048, features__spectral_contrast__n_fft=2048, hop_length=40
    )
    (tmp_path / "job.pickle").write_bytes(pickle.dumps((many_clips, chosen, tmp_path / "f", tmp_path / "kept")))
    (tmp_path / "run.py").write_text(RUN)

    def start(largest_file: int | None = None) -> "subprocess.Popen[str]":
        limit = [] if largest_file is None else [str(largest_file)]
        return subprocess.Popen(
            [sys.executable, str(tmp_path / "run.py"), str(tmp_path / "job.pickle"), *limit], text=True,
            env={**os.environ, "PYTHONPATH": str(SOURCE)}, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )

    return start


def wait_for_shard(folder: Path) -> None:
    until = time.monotonic() + 30
    while not list(folder.glob("*/*.zip")):
        assert time.monotonic() < until
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    import psutil

    found = psutil.Process(pid).children(recursive=True)
    return [child.pid for child in found if "resource_tracker" not in " ".join(child.cmdline())]


def assert_gone(pids: list[int]) -> None:
    import psutil

    until = time.monotonic() + 10
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("how", ["ctrl-c", "kill"])
def test_stopped_run_keeps_its_work(slow_run: Callable[..., "subprocess.Popen[str]"], tmp_path: Path, how: str) -> None:
    run = slow_run()
    wait_for_shard(tmp_path / "kept")
    workers = children(run.pid)
    assert workers
    if how == "ctrl-c":
        os.killpg(run.pid, signal.SIGINT)  # a terminal's Ctrl-C reaches the whole group
    else:
        run.kill()
    _, messages = run.communicate(timeout=20)
    if how == "ctrl-c":
        assert run.returncode == 130
        assert "interrupted; finished work is kept" in messages
        assert "Traceback" not in messages
    assert_gone(workers)
    assert not (tmp_path / "f").exists()

    again = slow_run()
    output, messages = again.communicate(timeout=60)
    assert again.returncode == 0, messages
    computed, reused = (int(part.split()[0]) for part in output.split(","))
    assert computed + reused == 360
    assert 0 < computed < 360
    assert len(FeatureStore(tmp_path / "f").index) == 360


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_killed_worker_is_a_clear_message(slow_run: Callable[..., "subprocess.Popen[str]"], tmp_path: Path) -> None:
    run = slow_run()
    wait_for_shard(tmp_path / "kept")
    os.kill(max(children(run.pid)), signal.SIGKILL)
    _, messages = run.communicate(timeout=20)
    assert run.returncode == 1
    assert "a process that computed features died" in messages
    assert "Traceback" not in messages
    assert not (tmp_path / "f").exists()
    assert slow_run().wait(timeout=60) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_full_disk(slow_run: Callable[..., "subprocess.Popen[str]"], tmp_path: Path) -> None:
    run = slow_run(largest_file=4 << 20)  # of the cache's shards and of the store, which is larger
    _, messages = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "f: the features cannot be written (File too large); make room there" in messages
    assert str(tmp_path) in messages
    assert "Traceback" not in messages
    assert not (tmp_path / "f").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    output, messages = slow_run().communicate(timeout=60)
    computed, reused = (int(part.split()[0]) for part in output.split(","))
    assert computed + reused == 360
    assert reused > 0


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


def test_fingerprint_covers_the_code_that_computes_each_feature_and_no_other() -> None:
    import grimp

    graph = grimp.build_graph(
        "speech_emotion", include_external_packages=False, exclude_type_checking_imports=True, cache_dir=None
    )
    # What only names things, raises errors or describes settings does not decide a number.
    harmless = {"speech_emotion.core.arrays", "speech_emotion.core.errors", "speech_emotion.audio.containers"}
    for feature in registry.features():
        roots = {"speech_emotion.features.compute", f"speech_emotion.features.{feature}"}
        modules = {
            module for module in roots.union(*map(graph.find_upstream_modules, roots))
            if not module.startswith("speech_emotion.params") and module not in harmless
            and not (SOURCE / Path(*module.split("."))).is_dir()
        }
        covered = {
            ".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in fingerprint.modules([feature])
        }
        unused = {"speech_emotion.features.mel", "speech_emotion.features.mel_scale"}  # by some features
        assert covered - unused <= modules <= covered


def test_code_and_settings_of_features_that_are_not_computed_are_no_part_of_the_fingerprint(
    extract_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def changed(feature: str, *computed: str) -> bool:
        chosen = extract_settings(*computed)
        before = fingerprint.of_recipe(chosen)
        source = Path(fingerprint.__file__).parents[1] / "features" / f"{feature}.py"
        other = tmp_path / source.name
        other.write_text(source.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
        listed = fingerprint.modules
        with monkeypatch.context() as patch:
            fingerprint.of_code.cache_clear()
            patch.setattr(fingerprint, "modules", lambda names: [
                other if path == source else path for path in listed(names)
            ])
            after = fingerprint.of_recipe(chosen)
        fingerprint.of_code.cache_clear()
        return after != before

    assert changed("mfcc", "mfcc")
    assert changed("framing", "mfcc")
    assert changed("chroma", "mfcc", "chroma")
    assert not changed("chroma", "mfcc")
    assert not changed("mfcc", "log_mel")
