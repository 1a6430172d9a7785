"""What can be heard in the report: mistakes first, some of every cell, and nobody who may not be passed on."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.report.page.sound import Sound, in_order, sounds

Settings = Callable[..., Any]


def _clips(run: SimpleNamespace) -> pd.DataFrame:
    labels = run.predictions.origin.labels
    return run.evaluation.clips.assign(
        confidence=run.evaluation.clips[[f"p_{label}" for label in labels]].max(axis=1).astype(float))


def _sounds(run: SimpleNamespace, settings: Any, **changes: Any) -> Sound:
    return sounds(_clips(run), settings=settings.report, **{"files": run.files, "root": run.root, **changes})


def _decoded(url: str) -> np.ndarray:
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    assert rate == 16_000
    return samples


def test_what_is_heard_is_the_clip(run: SimpleNamespace) -> None:
    heard = _sounds(run, run.settings)
    assert len(heard.clips) == 36
    for clip_id in list(heard.clips)[:3]:
        original, _ = soundfile.read(run.root / run.files.set_index("clip_id")["path"][clip_id])
        decoded = _decoded(heard.clips[clip_id])
        # An encoder may begin a little earlier; where it agrees best, it agrees well.
        agreement = np.correlate(decoded, original, "full").max() / np.linalg.norm(decoded) / np.linalg.norm(original)
        assert agreement > 0.95


def test_corpora_that_may_not_be_passed_on_are_silent_unless_named(
    run: SimpleNamespace, report_settings: Settings
) -> None:
    heard = _sounds(run, run.settings)
    assert heard.restricted == ("calls",)
    assert heard.silent == {"restricted": 12}
    assert not any(clip_id.startswith("calls") for clip_id in heard.clips)
    allowed = _sounds(run, report_settings(audio_also_of=["calls"]))
    assert (len(allowed.clips), allowed.restricted, allowed.silent) == (48, (), {})


def test_files_that_are_gone_or_others_are_left_out(run: SimpleNamespace, tmp_path: Path) -> None:
    for path in run.root.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "0-0.wav").unlink()
    (tmp_path / "0-1.wav").write_bytes((tmp_path / "0-2.wav").read_bytes())
    (tmp_path / "0-3.wav").write_bytes(b"no audio")
    heard = _sounds(run, run.settings, root=tmp_path)
    assert heard.silent == {"restricted": 12, "gone": 1, "changed": 2}
    assert len(heard.clips) == 33


def test_the_budget_holds_and_is_used(run: SimpleNamespace, report_settings: Settings) -> None:
    whole = sum(map(len, _sounds(run, run.settings).clips.values()))
    budget = whole / 2e6
    heard = _sounds(run, report_settings(audio_mb=budget))
    size = sum(map(len, heard.clips.values()))
    assert 0.8 * budget * 1e6 < size <= budget * 1e6
    assert heard.silent["full"] == 36 - len(heard.clips)
    assert _sounds(run, report_settings(audio_mb=0.0)) == Sound(silent={"off": 48})


def test_long_clips_are_cut(run: SimpleNamespace, report_settings: Settings) -> None:
    heard = _sounds(run, report_settings(audio_seconds=0.1))
    assert heard.cut == len(heard.clips) == 36
    assert max(len(_decoded(url)) for url in heard.clips.values()) < 0.2 * 16_000
    assert _sounds(run, run.settings).cut == 0


TABLES = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.integers(0, 5)), min_size=1, max_size=30)


@given(TABLES)
def test_every_cell_is_heard_before_any_is_heard_twice_and_mistakes_before_the_rest(rows: list[Any]) -> None:
    clips = pd.DataFrame(rows, columns=["label", "predicted", "confidence"])
    clips["clip_id"] = [f"toy-{at:02}" for at in range(len(clips))]
    order = in_order(clips)
    assert sorted(order) == list(range(len(clips)))
    ranked = clips.iloc[order].reset_index(drop=True)
    cells = ranked.groupby(["label", "predicted"])
    turn = cells.cumcount()
    assert turn.is_monotonic_increasing
    right = ranked["label"] == ranked["predicted"]
    for number in turn.unique():
        of_turn = ranked[turn == number]
        assert right[of_turn.index].is_monotonic_increasing
        wrong = of_turn.loc[~right[of_turn.index], "confidence"]
        assert wrong.is_monotonic_decreasing
    assert all(cell["confidence"].is_monotonic_decreasing for _, cell in cells)


def test_the_same_clips_give_the_same_bytes(run: SimpleNamespace) -> None:
    assert _sounds(run, run.settings) == _sounds(run, run.settings)


@pytest.mark.parametrize("name", ["synthetic", "crema_d", "emodb", "ravdess"])
def test_who_may_be_heard(name: str) -> None:
    from speech_emotion.corpora.registry import CORPORA

    assert CORPORA[name].quotable
    assert [corpus.name for corpus in CORPORA.values() if not corpus.quotable] == ["tess", "savee", "folder", "table"]
