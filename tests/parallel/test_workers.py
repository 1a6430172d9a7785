"""How many processes work at once."""

import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.parallel import workers


def test_wrong_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("0", "-1", "two"):
        monkeypatch.setenv(workers.VARIABLE, text)
        with pytest.raises(UserError, match="SER_WORKERS is"):
            workers.local_workers()
    monkeypatch.setenv(workers.VARIABLE, "3")
    assert workers.local_workers() == 3
