"""People get one line; programmers get the traceback when they ask for it."""

import time
from pathlib import Path

import pytest
from pydantic_core import SchemaError, SchemaValidator, core_schema

from speech_emotion.core.console import TRACEBACK_VARIABLE, errors_for_people
from speech_emotion.core.errors import UserError


def outcome(error: BaseException, capsys: pytest.CaptureFixture[str]) -> tuple[int | str | None, str]:
    with pytest.raises(SystemExit) as caught, errors_for_people():
        raise error
    out, err = capsys.readouterr()
    assert out == ""
    return caught.value.code, err


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRACEBACK_VARIABLE, raising=False)


def test_nothing_happens_without_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with errors_for_people():
        print("fine")
    assert capsys.readouterr() == ("fine\n", "")


def test_a_user_error_is_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(UserError("params.yaml: no"), capsys) == (1, "error: params.yaml: no\n")


def test_a_subclass_of_user_error_too(capsys: pytest.CaptureFixture[str]) -> None:
    class Special(UserError):
        pass

    assert outcome(Special("such"), capsys) == (1, "error: such\n")


def test_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    status, message = outcome(KeyboardInterrupt(), capsys)
    assert status == 130
    assert message.startswith("error: interrupted")
    assert message.count("\n") == 1


def test_ctrl_c_that_a_library_tells_as_an_error_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    class Interrupted:
        def __repr__(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(SchemaError) as told:
        SchemaValidator(core_schema.literal_schema([Interrupted()]))
    status, message = outcome(told.value, capsys)
    assert (status, message.count("\n")) == (130, 1)


def test_a_failure_of_the_system_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught, errors_for_people():
        (tmp_path / "none").read_text()
    assert caught.value.code == 1
    assert capsys.readouterr().err == f"error: {tmp_path / 'none'}: No such file or directory\n"


@pytest.mark.parametrize(("error", "message"), [
    (OSError(28, "No space left on device"), "error: No space left on device\n"),
    (OSError("odd"), "error: odd\n"),
])
def test_a_failure_of_the_system_without_a_file(
    error: OSError, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(error, capsys) == (1, message)


def test_a_defect_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), errors_for_people():
        _ = 1 / 0


def test_the_variable_adds_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(TRACEBACK_VARIABLE, "1")
    status, message = outcome(UserError("such"), capsys)
    assert status == 1
    assert "Traceback (most recent call last)" in message
    assert message.endswith("error: such\n")


def test_ctrl_c_while_something_is_cleared_away_is_not_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    times = 0

    class Cleared:
        def __del__(self) -> None:
            nonlocal times
            times += 1
            if times <= 2:
                raise KeyboardInterrupt

    # The second time comes while the first one is on its way.
    with pytest.raises(SystemExit) as stop, errors_for_people():
        Cleared()
        Cleared()
        for _ in range(1000):
            time.sleep(0.01)
    assert (stop.value.code, times) == (130, 2)
    assert "Traceback" not in capsys.readouterr().err


def test_what_else_goes_wrong_while_something_is_cleared_away_is_still_told(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cleared:
        def __del__(self) -> None:
            raise ValueError("of no consequence")

    told: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", lambda about: told.append(about.exc_type))
    with errors_for_people():
        Cleared()
    assert told == [ValueError]
