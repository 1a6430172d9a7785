"""The settings of the honest protocols: DVC takes them, and what is tested is never heard in training."""

import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pandas as pd
import pytest
from dvc.utils.hydra import apply_overrides

from speech_emotion.corpora import published, savee
from speech_emotion.params.base import load
from speech_emotion.params.ingest import Ingest
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.protocol.guard import SPEAKER_DEPENDENT
from speech_emotion.protocol.lists import list_path, read_list
from speech_emotion.protocol.splits import make

ROOT = Path(__file__).resolve().parents[2]
PROTOCOLS = sorted((ROOT / "protocols").iterdir())
SPEAKERS = {"ravdess": 24, "savee": 4, "emodb": 10, "tess": 2, "crema_d": 91, "pooled": 131}


def settings_of(protocol: Path) -> list[str]:
    """What a file sets, as DVC takes it."""
    words = " ".join(line for line in protocol.read_text("utf-8").splitlines() if not line.startswith("#")).split()
    assert set(words[::2]) == {"-S"}
    return words[1::2]


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.stem)
def test_is_speaker_independent_and_leaves_the_training_as_it_is(protocol: Path, tmp_path: Path) -> None:
    words = settings_of(protocol)
    assert all(word.startswith(("ingest.corpora=", "train_cnn.split.", "train_cnn.labels=", "train_cnn.pooling."))
               for word in words)
    params = tmp_path / "params.yaml"
    shutil.copy(ROOT / "params.yaml", params)
    apply_overrides(params, words)
    split = load(params, TrainCnn).split
    assert split.protocol not in SPEAKER_DEPENDENT
    corpora = load(params, Ingest).corpora
    name = protocol.stem.removesuffix("_unheard")
    assert corpora == [name] or name == "pooled"
    assert split.statement_disjoint == protocol.stem.endswith("_unheard")
    # To train, to test, and where speakers choose the epoch, to choose it.
    assert SPEAKERS[name] >= (3 if split.validation == "speakers" else 2)


def test_of_savee_every_label_is_tested_on_sentences_that_nobody_was_heard_with(
    make_clips: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    params = tmp_path / "params.yaml"
    shutil.copy(ROOT / "params.yaml", params)
    apply_overrides(params, settings_of(ROOT / "protocols/savee_unheard.txt"))
    settings = load(params, TrainCnn)
    parse = savee.make_parser(PurePosixPath("root"))
    parsed = [parse(PurePosixPath("root", file.path)) for file in published.files(savee.CORPUS)]
    clips = make_clips({"corpus": "savee", "speaker": clip.speaker, "label": clip.label, "sex": clip.sex,
                        "statement": clip.statement} for clip in parsed)
    rows = make(clips, settings.split, settings.seed).merge(clips, on="clip_id")
    held = rows.groupby(["fold", "part"], observed=True)
    assert set(held["label"].nunique()) == {7}
    said = {key: set(statements) for key, statements in held["statement"]}
    assert len(said) == 4 * 3
    for fold in range(4):
        assert not said[fold, "test"] & (said[fold, "train"] | said[fold, "validation"])


def test_the_list_of_ravdess_tests_every_actor_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    listed = read_list(list_path("emobox_ravdess"))
    assert sorted(listed["speaker"]) == [f"ravdess-{actor:02d}" for actor in range(1, 25)]
    assert listed["fold"].nunique() == 6
