"""A fold's temperature comes back as it was, and what cannot be one is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.models.bundle import load_branches
from speech_emotion.models.calibration import Calibration
from speech_emotion.temperature import fitted, softened

TRUTH = np.arange(60) % 3
SAID = np.random.default_rng(0).dirichlet((0.3, 0.3, 0.3), 60)


@pytest.mark.parametrize("applied", [True, False])
def test_it_is_stored_and_read(applied: bool, tmp_path: Path) -> None:
    calibration = Calibration.fit(TRUTH, SAID, applied=applied)
    assert calibration.temperature == fitted(TRUTH, SAID) > 1.5
    calibration.save(tmp_path)
    assert Calibration.load(tmp_path) == calibration
    np.testing.assert_array_equal(calibration(SAID), softened(SAID, calibration.temperature) if applied else SAID)


BAD = [
    b"", b"[]", b"{}", b"null", b"{\xff", b'{"temperature": 0, "applied": true}',
    b'{"temperature": -2, "applied": true}', b'{"temperature": NaN, "applied": true}',
    b'{"temperature": 1e400, "applied": true}', b'{"temperature": 21, "applied": false}',
    b'{"temperature": "2", "applied": true}', b'{"temperature": [2], "applied": true}',
    b'{"temperature": 2, "applied": "yes"}', b'{"temperature": 2}', b'{"applied": true}',
]


@pytest.mark.parametrize("content", BAD)
def test_what_cannot_be_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_bytes(content)
    with pytest.raises(ValueError):
        Calibration.load(tmp_path)


def test_a_model_folder_with_none_with_a_bad_one_and_with_one(
    make_bundle: Callable[..., Any], save_models: Callable[..., Path], tmp_path: Path
) -> None:
    models = save_models(tmp_path / "models", make_bundle())
    assert load_branches(models)[3] == [Calibration(1.0, applied=False)], "one from before there were temperatures"
    (models / "fold-0/calibration.json").write_text('{"temperature": "hot", "applied": true}')
    with pytest.raises(UserError, match=r"calibration\.json: needs a temperature from 0\.05 to 20, .*train it anew"):
        load_branches(models)
    Calibration(2, applied=True).save(models / "fold-0")
    assert load_branches(models)[3] == load_branches(models / "fold-0")[3] == [Calibration(2.0, applied=True)]
