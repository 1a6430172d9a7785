"""The settings of the honest protocols: DVC takes them, and what is tested is never heard in training."""

import shutil
from pathlib import Path

import pytest
from dvc.utils.hydra import apply_overrides

from speech_emotion.params.base import load
from speech_emotion.params.ingest import Ingest
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.protocol.guard import SPEAKER_DEPENDENT
from speech_emotion.protocol.lists import list_path, read_list

ROOT = Path(__file__).resolve().parents[2]
PROTOCOLS = sorted((ROOT / "protocols").iterdir())
SPEAKERS = {"ravdess": 24, "savee": 4, "emodb": 10, "tess": 2, "crema_d": 91, "pooled": 131}


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.stem)
def test_is_speaker_independent_and_leaves_the_training_as_it_is(protocol: Path, tmp_path: Path) -> None:
    words = " ".join(line for line in protocol.read_text("utf-8").splitlines() if not line.startswith("#")).split()
    assert set(words[::2]) == {"-S"}
    assert all(word.startswith(("ingest.corpora=", "train_cnn.split.", "train_cnn.labels=", "train_cnn.pooling."))
               for word in words[1::2])
    params = tmp_path / "params.yaml"
    shutil.copy(ROOT / "params.yaml", params)
    apply_overrides(params, words[1::2])
    split = load(params, TrainCnn).split
    assert split.protocol not in SPEAKER_DEPENDENT
    corpora = load(params, Ingest).corpora
    assert corpora == [protocol.stem] or protocol.stem == "pooled"
    # To train, to test, and where speakers choose the epoch, to choose it.
    assert SPEAKERS[protocol.stem] >= (3 if split.validation == "speakers" else 2)


def test_the_list_of_ravdess_tests_every_actor_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    listed = read_list(list_path("emobox_ravdess"))
    assert sorted(listed["speaker"]) == [f"ravdess-{actor:02d}" for actor in range(1, 25)]
    assert listed["fold"].nunique() == 6
