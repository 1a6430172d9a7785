"""Real trainings whose disk is full: one message, and what was finished is not trained again."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speech_emotion.training.run import Outputs, train

Make = Callable[..., Any]
SOURCE = Path(__file__).resolve().parents[2] / "src"

LARGEST = 8_000
"""Bytes of a file: room for the curves, and not for the weights of a network."""
LIMITED = """
import pickle, resource, sys
from pathlib import Path

if __name__ == "__main__":
    from speech_emotion.core.console import errors_for_people
    from speech_emotion.store import FeatureStore
    from speech_emotion.training.run import train

    # No file may grow larger: the system refuses to write, as it does when a disk is full. The processes inherit it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    clips, store, settings, network, outputs = pickle.loads(Path(sys.argv[1]).read_bytes())
    with errors_for_people():
        print(train(clips, FeatureStore(store), settings, network, outputs))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_one_message_and_what_was_finished_survives(
    clips: Any, store: Any, tiny: Make, tiny_network: Make, digests: Make, tmp_path: Path
) -> None:
    settings = tiny(split__protocol="speaker_kfold", split__folds=2, epochs=2)

    def outputs(folder: Path) -> Outputs:
        return Outputs(folder / "models", folder / "predictions.parquet", folder / "history.csv", folder / "live",
                       tmp_path / "memo")

    train(clips, store, settings, tiny_network(), outputs(tmp_path / "expected"))
    finished = sorted((tmp_path / "memo").glob("*/finished"))
    finished[0].unlink()

    full = tmp_path / "full"
    (tmp_path / "asked").write_bytes(pickle.dumps((clips, store.path, settings, tiny_network(), outputs(full))))
    script = tmp_path / "script.py"
    script.write_text(LIMITED)
    run = subprocess.run([sys.executable, script, tmp_path / "asked", str(LARGEST)], capture_output=True, text=True,
                         env={**os.environ, "PYTHONPATH": str(SOURCE), "TF_CPP_MIN_LOG_LEVEL": "3"})
    assert run.returncode == 1
    said = run.stderr.splitlines()
    assert "Traceback" not in run.stderr
    assert len([line for line in said if line.startswith("error: ")]) == 1
    assert len([line for line in said if line.startswith("warning: ")]) <= 3
    assert said[-1].startswith("error: fold ")
    assert "cannot be written (a temporary file: File too large); finished networks and epochs are kept" in said[-1]
    assert not (full / "models").exists()
    assert [path for path in full.rglob("*") if ".tmp" in path.name] == []

    assert "1 trained, 1 reused" in train(clips, store, settings, tiny_network(), outputs(full))
    assert digests(full) == digests(tmp_path / "expected")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_weights_that_find_no_room_are_an_error_of_the_system(make_bundle: Make) -> None:
    import resource

    from speech_emotion.models import weights

    network = make_bundle().networks[0]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            weights.to_bytes(network)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(weights.to_bytes(network)) > LARGEST
