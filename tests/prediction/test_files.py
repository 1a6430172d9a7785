"""Files, some at a time: what is said of each comes in their order, however long each takes."""

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.prediction.files import predict_each
from speech_emotion.prediction.judge import Judge, Judgement
from speech_emotion.prediction.said import Predicted
from speech_emotion.testing import tone, write_samples

FILES = 24


class SlowJudge:
    """Takes longer for the first clips, and counts how many it is given."""

    labels, signals, seconds, min_duration, synthetic, transductive = ("low", "high"), (), 1.0, 0.1, False, False

    def __init__(self, judge: Judge) -> None:
        self.signals, self._judge, self._lock = judge.signals, judge, threading.Lock()
        self.begun, self.at_once, self.most = 0, 0, 0

    def judge(self, clip: Sequence[Float32]) -> Judgement:
        with self._lock:
            self.begun, self.at_once = self.begun + 1, self.at_once + 1
            self.most, wait = max(self.most, self.at_once), 0.05 if self.begun < 4 else 0.002
        time.sleep(wait)
        with self._lock:
            self.at_once -= 1
        return self._judge.judge(clip)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tones from low to high, one that is silent, and one that is no audio."""
    made = tmp_path_factory.mktemp("clips")
    for number in range(FILES):
        write_samples(made / f"{number:02d}.wav", tone(0, duration=0.3, pitch=60 + 40 * number, sample_rate=8000), 8000)
    write_samples(made / "05.wav", np.zeros(4000), 8000)
    (made / "07.wav").write_text("no audio")
    return made


def _said(each: Iterator[Predicted | UserError]) -> list[str]:
    return [str(one) for one in each]


def test_threads_change_nothing_that_is_said(folder: Path, pitch_judge: Judge) -> None:
    one_by_one = _said(predict_each([folder], pitch_judge))
    assert len({*one_by_one}) == FILES
    judge = SlowJudge(pitch_judge)
    assert _said(predict_each([folder], judge, threads=3)) == one_by_one
    assert judge.most == 3


def test_no_more_is_begun_than_is_soon_asked_for(folder: Path, pitch_judge: Judge) -> None:
    judge = SlowJudge(pitch_judge)
    said = predict_each([folder], judge, threads=2)
    next(said)
    time.sleep(0.3)
    assert judge.begun <= 8
    said.close()  # type: ignore[attr-defined]
    begun = judge.begun
    time.sleep(0.05)
    assert judge.begun == begun


def test_what_is_done_is_left_out(folder: Path, pitch_judge: Judge) -> None:
    first, *_ = predict_each([folder], pitch_judge)
    assert isinstance(first, Predicted)
    others = _said(predict_each([folder], pitch_judge, {first.file: first.sha256}, threads=2))
    assert len(others) == FILES - 1
    assert str(first) not in others
