"""What another kind of processor computed is used where it is the same, and nowhere else."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.extraction import fingerprint, worker
from speech_emotion.extraction.run import Summary, extract
from speech_emotion.extraction.worker import ClipFile
from speech_emotion.params.extract_mfcc import ExtractMfcc, Recipe

Settings = Callable[..., ExtractMfcc]
SOURCE = Path(fingerprint.__file__).parents[2]
# From AVX2 and FMA upwards, or their like, beyond what every processor has that NumPy runs on.
INSTRUCTIONS: list[str] = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])

EXTRACT = """
import pickle
import sys
from pathlib import Path
from speech_emotion.extraction.run import extract
clips, settings = pickle.loads(Path(sys.argv[1]).read_bytes())
extract(clips, settings, sys.argv[2], cache=Path(sys.argv[3]), workers=1)
"""


def bytes_of(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.iterdir()}


def extract_without(
    instructions: list[str], clips: list[ClipFile], settings: ExtractMfcc, folder: Path
) -> dict[str, bytes]:
    """Extract as on a processor that lacks some instructions, with a cache in that folder."""
    folder.mkdir()
    (folder / "asked").write_bytes(pickle.dumps((clips, settings)))
    subprocess.run(
        [sys.executable, "-c", EXTRACT, *(str(folder / name) for name in ("asked", "store", "cache"))], check=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "NPY_DISABLE_CPU_FEATURES": " ".join(instructions)},
    )
    return bytes_of(folder / "store")


def extract_again(clips: list[ClipFile], settings: ExtractMfcc, folder: Path) -> tuple[dict[str, bytes], Summary]:
    """Extract here, with the cache of that folder."""
    summary = extract(clips, settings, folder / "here", cache=folder / "cache", workers=1)
    return bytes_of(folder / "here"), summary


@pytest.mark.skipif(not INSTRUCTIONS, reason="this processor has no instructions to do without")
def test_a_cache_that_another_processor_filled_changes_no_byte(
    corpus: Callable[[int], list[ClipFile]], extract_settings: Settings, tmp_path: Path
) -> None:
    clips, settings = corpus(6), extract_settings("mfcc", "f0", views__speed=[0.9], views__pitch_steps=[2.0])
    extract(clips, settings, tmp_path / "expected", cache=tmp_path / "empty", workers=1)
    other = extract_without(INSTRUCTIONS, clips, settings, tmp_path / "other")
    here, summary = extract_again(clips, settings, tmp_path / "other")
    assert here == bytes_of(tmp_path / "expected")
    if "X86_V3" in INSTRUCTIONS:  # as NumPy calls AVX2 and FMA
        assert other != here
        assert summary.computed == len(clips)


@pytest.mark.skipif("X86_V4" not in INSTRUCTIONS, reason="this processor has no AVX-512, or NumPy calls it otherwise")
def test_what_avx512_does_not_decide_is_shared_with_processors_without(
    corpus: Callable[[int], list[ClipFile]], every_feature: Callable[[], dict[str, object]],
    extract_settings: Settings, tmp_path: Path,
) -> None:
    clips, lacking = corpus(6), INSTRUCTIONS[INSTRUCTIONS.index("X86_V4"):]
    shared = [name for name in every_feature() if name != "spectral_contrast"]
    settings = extract_settings(*shared, views__speed=[0.9], views__noise_snr_db=[20.0], trim_db=40.0,
                                level={"method": "lufs", "target_db": -23.0})
    other = extract_without(lacking, clips, settings, tmp_path / "other")
    here, summary = extract_again(clips, settings, tmp_path / "other")
    assert here == other
    assert summary.computed == 0


def test_a_feature_that_does_not_say_what_it_rests_on_is_not_shared() -> None:
    from speech_emotion.features import arithmetic, registry
    from speech_emotion.features.feature import Feature

    rms = registry.features()["rms"]
    assert Feature(settings=rms.settings, columns=rms.columns, compute=rms.compute).rounding == arithmetic.EVERY


def test_a_worker_with_another_kind_of_processor_is_refused(
    corpus: Callable[[int], list[ClipFile]], extract_settings: Settings
) -> None:
    clips, recipe = corpus(1), Recipe.part_of(extract_settings("rms"))
    code = fingerprint.of_code(tuple(recipe.features.chosen()))
    numbers = {"": fingerprint.of_numbers(recipe, ""), "pitch+2": "0" * 16}
    assert len(worker.compute_batch(worker.Batch(((clips[0], ("",)),), recipe, code, numbers))) == 1
    with pytest.raises(UserError, match=r"has another kind of processor, with which features of the view 'pitch\+2'"):
        worker.compute_batch(worker.Batch(((clips[0], ("", "pitch+2")),), recipe, code, numbers))


ALL_FUNCTIONS = """
import json
from speech_emotion.features import arithmetic
print(json.dumps({name: arithmetic.of_processor([name]) for name in sorted(arithmetic.EVERY)}))
"""


@pytest.mark.skipif("X86_V3" not in INSTRUCTIONS, reason="this processor has no AVX2, or NumPy calls it otherwise")
def test_functions_that_round_otherwise_are_noticed() -> None:
    def found(lacking: list[str]) -> dict[str, str]:
        environment = {**os.environ, "PYTHONPATH": str(SOURCE), "NPY_DISABLE_CPU_FEATURES": " ".join(lacking)}
        ran = subprocess.run([sys.executable, "-c", ALL_FUNCTIONS], env=environment, stdout=subprocess.PIPE, check=True)
        return dict(json.loads(ran.stdout))

    here, without = found([]), found(INSTRUCTIONS)
    differing = {name for name in here if here[name] != without[name]}
    assert {"log of float32", "log10", "phase", "power", "magnitude"} <= differing
    assert "sqrt" not in differing
