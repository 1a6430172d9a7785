"""Whose clips decide what a clip is normalised by: seen in what a whole training says of changed clips."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion import predictions
from speech_emotion.core.errors import UserError
from speech_emotion.evaluation.history import read_history
from speech_emotion.evaluation.run import evaluate
from speech_emotion.models.bundle import Bundle, load
from speech_emotion.models.scales import of_speaker
from speech_emotion.params.evaluate import Intervals
from speech_emotion.params.train_cnn import MAIN
from speech_emotion.protocol.planning import plan
from speech_emotion.training.branch import branches_of
from speech_emotion.training.folds import train_fold
from speech_emotion.training.members import Members
from speech_emotion.training.run import Outputs, train

Make = Callable[..., Any]
Features = dict[tuple[str, str], np.ndarray]
LABELS = ("anger", "neutral", "sadness")
P = [f"p_{label}" for label in LABELS]


@pytest.fixture(scope="module")
def clips(grid: Make) -> pd.DataFrame:
    """Three corpora of three speakers with six clips each."""
    table: pd.DataFrame = pd.concat([grid(3, LABELS, corpus=corpus) for corpus in ("one", "three", "two")],
                                    ignore_index=True)
    return table


@pytest.fixture(scope="module")
def features(clips: pd.DataFrame) -> Features:
    """Three columns, of which one is a little higher, for each label another; each clip in two views."""
    made = {}
    for number, (clip, label) in enumerate(zip(clips["clip_id"], clips["label"], strict=True)):
        for view in ("", "speed-0.9"):
            frames = np.random.default_rng([number, len(view)]).normal([5, 0, -5], 1, size=(12 + 4 * (number % 4), 3))
            frames[:, LABELS.index(label)] += 1
            made[clip, view] = frames.astype(np.float32)
    return made


@pytest.fixture(scope="module")
def crossed(tiny: Make) -> Make:
    """A function that gives settings by which the corpus "two" is tested on, with changes."""
    return lambda **changes: tiny(**{"epochs": 2, "split__protocol": "cross_corpus", "split__test_corpora": ["two"],
                                     "baseline_share": 0.5, **changes})


@pytest.fixture(scope="module")
def stored(make_store: Make, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """A function that gives a store of features."""
    return lambda features: make_store(tmp_path_factory.mktemp("store") / "features", [
        (clip, view, frames) for (clip, view), frames in features.items()])


@pytest.fixture(scope="module")
def trained(clips: pd.DataFrame, stored: Make, crossed: Make, tiny_networks: Make) -> Make:
    """A function that trains in this process, and gives what is said of the test part, by clip, and the model."""

    def run(features: Features, **changes: Any) -> tuple[pd.DataFrame, Bundle]:
        settings, store = crossed(**changes), stored(features)
        planned = plan(clips, settings)
        members = Members(planned.assignment, planned.clips, ["corpus", "speaker", "language", "label"])
        main = branches_of(members, store, settings, tiny_networks(), 0.0)[MAIN]
        fold = train_fold(members[0], store, main.blueprint, settings, fold=0)
        said = fold.predictions[fold.predictions["part"] == "test"]
        return said.set_index("clip_id")[P].astype(float), fold.bundle

    return run


@pytest.fixture(scope="module")
def plain_run(trained: Make, features: Features) -> Make:
    """A function that trains on the features as they are, once for the same settings, and gives what is said."""
    kept: dict[str, pd.DataFrame] = {}

    def run(**settings: Any) -> pd.DataFrame:
        key = str(sorted(settings.items()))
        if key not in kept:
            kept[key], _ = trained(features, **settings)
        return kept[key]

    return run


@pytest.fixture
def written(clips: pd.DataFrame, stored: Make, features: Features, crossed: Make, tiny_networks: Make,
            tmp_path: Path) -> Make:
    """A function that makes a whole training write into the test's folder, and gives what it tells people."""

    def run(**changes: Any) -> str:
        return train(clips, stored(features), crossed(**changes), tiny_networks(),
                     Outputs(*(tmp_path / name for name in ("models", "predictions.parquet", "history.csv"))))

    return run


def of(clips: pd.DataFrame, corpus: str, speaker: str | None = None) -> list[str]:
    rows = clips[(clips["corpus"] == corpus) & (speaker is None or clips["speaker"] == f"{corpus}-{speaker}")]
    return list(rows["clip_id"])


def stretched(features: Features, changed: list[str]) -> Features:
    """Some clips through another channel: each column scaled and moved."""
    channel = np.float32([2, 0.5, 3]), np.float32([10, -20, 30])
    return {(clip, view): frames * channel[0] + channel[1] if clip in changed else frames
            for (clip, view), frames in features.items()}


def test_by_speaker_the_channel_of_a_tested_speaker_does_not_matter(
    trained: Make, plain_run: Make, features: Features, clips: pd.DataFrame
) -> None:
    other = stretched(features, of(clips, "two", "02"))
    plain, (through, _) = plain_run(normalisation="speaker"), trained(other, normalisation="speaker")
    np.testing.assert_allclose(through, plain, atol=1e-3)
    plain, (through, _) = plain_run(normalisation="global"), trained(other, normalisation="global")
    own = of(clips, "two", "02")
    assert np.abs(through.loc[own] - plain.loc[own]).to_numpy().max() > 0.1
    np.testing.assert_array_equal(through.drop(own), plain.drop(own))


def test_by_speaker_what_is_said_of_a_clip_depends_on_the_speakers_others_alone(
    trained: Make, plain_run: Make, features: Features, clips: pd.DataFrame
) -> None:
    plain = plain_run(normalisation="speaker")
    first, *others = of(clips, "two", "02")
    after, _ = trained(stretched(features, [first]), normalisation="speaker")
    assert (after.loc[others] != plain.loc[others]).any(axis=None)
    apart = [*of(clips, "two", "01"), *of(clips, "two", "03")]
    np.testing.assert_array_equal(after.loc[apart], plain.loc[apart])


def test_by_speaker_the_saved_model_says_the_same_and_it_is_marked(
    written: Make, features: Features, clips: pd.DataFrame, tmp_path: Path
) -> None:
    told = written(normalisation="speaker")
    made = predictions.read(tmp_path / "predictions.parquet")
    said = made.part("test").set_index("clip_id")[P].astype(float)
    (bundle,) = load(tmp_path / "models")
    assert bundle.blueprint.views == ("", "speed-0.9")
    own = of(clips, "two", "03")
    each = []
    for view in bundle.blueprint.views:
        heard = [features[clip, view] for clip in own]
        each.append(bundle.probabilities(heard, [of_speaker(heard, bundle.blueprint)] * len(heard)))
    np.testing.assert_allclose(said.loc[own], np.mean(each, axis=0), atol=1e-6)
    assert made.origin.transductive
    assert "TRANSDUCTIVE: each speaker is normalised by all clips" in told
    measured = evaluate(clips, made, read_history(tmp_path / "history.csv"),
                        Intervals(resamples=100, confidence=0.9))
    assert measured.numbers["transductive"] is True
    assert "(TRANSDUCTIVE)" in measured.title


@pytest.mark.parametrize("kind", ["global", "clip", "corpus"])
def test_the_others_look_at_no_test_clip_and_are_not_marked(
    kind: str, trained: Make, plain_run: Make, written: Make, features: Features, clips: pd.DataFrame, tmp_path: Path
) -> None:
    plain = plain_run(normalisation=kind)
    first, *others = of(clips, "two")
    after, _ = trained(stretched(features, [first]), normalisation=kind)
    np.testing.assert_array_equal(after.loc[others], plain.loc[others])
    told = written(normalisation=kind, num_networks=0)
    assert not predictions.read(tmp_path / "predictions.parquet").origin.transductive
    assert "TRANSDUCTIVE" not in told
    assert ("two: not trained on in some fold" in told) == (kind == "corpus")


def test_by_clip_the_channel_of_a_clip_does_not_matter_to_the_network(
    trained: Make, features: Features, clips: pd.DataFrame
) -> None:
    alone = {"normalisation": "clip", "baseline_share": 0.0}
    (plain, _), (through, _) = (trained(heard, **alone)
                                for heard in (features, stretched(features, of(clips, "two"))))
    np.testing.assert_allclose(through, plain, atol=1e-4)


def test_by_corpus_each_has_its_own_and_one_that_is_not_trained_on_has_that_of_all(
    trained: Make, features: Features, clips: pd.DataFrame
) -> None:
    alone = {"normalisation": "corpus", "baseline_share": 0.0}
    said, bundle = trained(features, **alone)
    assert list(bundle.corpora) == ["one", "three"]
    clip = of(clips, "two")[0]
    each = [bundle.probabilities([features[clip, view]])[0] for view in bundle.blueprint.views]
    np.testing.assert_allclose(said.loc[clip], np.mean(each, axis=0), atol=1e-6)
    # The channel of a corpus that is trained on changes only what its frames add to the statistics of all.
    _, through = trained(stretched(features, of(clips, "one")), **alone)
    np.testing.assert_allclose(through.corpora["one"].std, bundle.corpora["one"].std * [2, 0.5, 3], rtol=1e-4)
    np.testing.assert_array_equal(through.corpora["three"].mean, bundle.corpora["three"].mean)
    for one, other in zip(bundle.networks[0].get_weights(), through.networks[0].get_weights(), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-3)


def test_speakers_of_too_few_clips_are_named_before_anything_is_written(
    clips: pd.DataFrame, features: Features, make_store: Make, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    few = clips.drop(clips.index[clips["speaker"] == "three-02"][:2])
    store = make_store(tmp_path / "features", [(clip, view, frames) for (clip, view), frames in features.items()])
    outputs = Outputs(*(tmp_path / name for name in ("models", "predictions.parquet", "history.csv")))
    with pytest.raises(UserError, match=r"normalisation is speaker, but fold 0 has 4 clips of three-02, fewer than 5"):
        train(few, store, tiny(normalisation="speaker"), tiny_networks(), outputs)
    assert [path.name for path in tmp_path.iterdir()] == ["features"]
