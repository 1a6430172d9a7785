"""Processes that take one small task after another."""

import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess

import pytest

from speech_emotion.parallel import Purpose, processes

TOY = Purpose("toy", "did nothing", "nothing is kept", ())


def test_ctrl_c_does_not_wait_for_what_is_under_way() -> None:
    started: Sequence[BaseProcess] = ()
    with pytest.raises(KeyboardInterrupt), processes(1, TOY) as (executor, _):
        executor.submit(time.sleep, 0).result()
        executor.submit(time.sleep, 60)
        started = list(executor._processes.values())  # type: ignore[attr-defined]
        raise KeyboardInterrupt
    assert [process.exitcode for process in started] == [-9]
