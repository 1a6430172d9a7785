"""A task in a process of its own: its news, its result, its error, its end."""

import importlib
import multiprocessing
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.parallel.child import Died, Stopped, in_child

TASKS = """
import os, signal, time
from speech_emotion.core.errors import UserError
from speech_emotion.parallel.child import in_child

def count(last, tell):
    for number in range(last):
        tell(number)
    return os.getpid()

def fail(what, tell):
    raise {"user": UserError("put it right"), "defect": ZeroDivisionError(), "odd": Odd(1, 2)}[what]

class Odd(Exception):
    def __init__(self, one, other):
        super().__init__(f"{one} and {other}")

def end(how, tell):
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(3)

def stay(argument, tell):
    tell(os.getpid())
    time.sleep(60)

def within(last):
    return in_child(count, last)
"""


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Functions of a module that other processes can import."""
    (tmp_path / "some_tasks.py").write_text(TASKS, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("some_tasks")
    del sys.modules["some_tasks"]


def test_news_come_in_order_and_before_the_result(tasks: Any) -> None:
    heard: list[int] = []
    process = in_child(tasks.count, 100, tell=heard.append)
    assert heard == list(range(100))
    assert not psutil.pid_exists(process)


def test_many_at_once_from_several_threads(tasks: Any) -> None:
    with ThreadPoolExecutor(4) as threads:
        processes = list(threads.map(lambda _: in_child(tasks.count, 1), range(12)))
    assert len(set(processes)) == 12


def test_errors_arrive_with_where_they_were_raised(tasks: Any) -> None:
    with pytest.raises(UserError) as user:
        in_child(tasks.fail, "user")
    assert str(user.value) == "put it right"
    with pytest.raises(ZeroDivisionError) as defect:
        in_child(tasks.fail, "defect")
    for caught in (user, defect):
        assert "some_tasks.py" in caught.value.__notes__[0]
    with pytest.raises(RuntimeError, match="Odd: 1 and 2"):  # which cannot be sent
        in_child(tasks.fail, "odd")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_process_that_ends_by_itself_is_noticed(tasks: Any) -> None:
    for how, status, said in (("killed", -9, "signal 9"), ("left", 3, "exit status 3")):
        with pytest.raises(Died) as died:
            in_child(tasks.end, how)
        assert (died.value.status, str(died.value)) == (status, said)


def test_a_task_that_nobody_wants_any_more_is_ended(tasks: Any) -> None:
    heard: list[int] = []
    with pytest.raises(Stopped):
        in_child(tasks.stay, None, tell=heard.append, stopped=lambda: bool(heard))
    until = time.monotonic() + 10
    while psutil.pid_exists(heard[0]):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_from_a_process_that_may_not_have_any_such_as_a_dask_worker(tasks: Any) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as daemons:
        assert daemons.apply(tasks.within, [1]) > 0
