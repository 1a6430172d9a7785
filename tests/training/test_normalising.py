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
from speech_emotion.models.bundle import load
from speech_emotion.models.scales import of_speaker
from speech_emotion.params.evaluate import Intervals
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
def trained_in(clips: pd.DataFrame, make_store: Make, tiny: Make, tiny_network: Make) -> Make:
    """A function that trains in a folder, and gives what is said of the test part, by clip."""

    def run(folder: Path, features: Features, **settings: Any) -> pd.DataFrame:
        rows = [(clip, view, frames) for (clip, view), frames in features.items()]
        store = make_store(folder / "features", rows)
        said = train(clips, store, tiny(**{"epochs": 2, "split__protocol": "cross_corpus",
                                           "split__test_corpora": ["two"], "baseline_share": 0.5, **settings}),
                     tiny_network(), Outputs(folder / "models", folder / "predictions.parquet", folder / "history.csv"))
        (folder / "said.txt").write_text(said)
        return predictions.read(folder / "predictions.parquet").part("test").set_index("clip_id")[P].astype(float)

    return run


@pytest.fixture
def trained(trained_in: Make, tmp_path: Path) -> Make:
    """A function that does so in a folder of that name."""
    return lambda name, features, **settings: trained_in(tmp_path / name, features, **settings)


@pytest.fixture(scope="module")
def plain_run(trained_in: Make, features: Features, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """A function that trains on the features as they are, once for the same settings; what is said, and the folder."""
    kept: dict[str, tuple[pd.DataFrame, Path]] = {}

    def run(**settings: Any) -> tuple[pd.DataFrame, Path]:
        key = str(sorted(settings.items()))
        if key not in kept:
            folder = tmp_path_factory.mktemp("plain")
            kept[key] = trained_in(folder, features, **settings), folder
        return kept[key]

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
    (plain, _), through = plain_run(normalisation="speaker"), trained("speaker", other, normalisation="speaker")
    np.testing.assert_allclose(through, plain, atol=1e-3)
    (plain, _), through = plain_run(normalisation="global"), trained("global", other, normalisation="global")
    own = of(clips, "two", "02")
    assert np.abs(through.loc[own] - plain.loc[own]).to_numpy().max() > 0.1
    np.testing.assert_array_equal(through.drop(own), plain.drop(own))


def test_by_speaker_what_is_said_of_a_clip_depends_on_the_speakers_others_alone(
    trained: Make, plain_run: Make, features: Features, clips: pd.DataFrame
) -> None:
    plain, _ = plain_run(normalisation="speaker")
    first, *others = of(clips, "two", "02")
    after = trained("changed", stretched(features, [first]), normalisation="speaker")
    assert (after.loc[others] != plain.loc[others]).any(axis=None)
    apart = [*of(clips, "two", "01"), *of(clips, "two", "03")]
    np.testing.assert_array_equal(after.loc[apart], plain.loc[apart])


def test_by_speaker_the_saved_model_says_the_same_and_it_is_marked(
    plain_run: Make, features: Features, clips: pd.DataFrame
) -> None:
    said, folder = plain_run(normalisation="speaker")
    (bundle,) = load(folder / "models")
    assert bundle.blueprint.views == ("", "speed-0.9")
    own = of(clips, "two", "03")
    each = []
    for view in bundle.blueprint.views:
        heard = [features[clip, view] for clip in own]
        each.append(bundle.probabilities(heard, [of_speaker(heard, bundle.blueprint)] * len(heard)))
    np.testing.assert_allclose(said.loc[own], np.mean(each, axis=0), atol=1e-6)
    written = predictions.read(folder / "predictions.parquet")
    assert written.origin.transductive
    assert "TRANSDUCTIVE: each speaker is normalised by all clips" in (folder / "said.txt").read_text()
    measured = evaluate(clips, written, read_history(folder / "history.csv"),
                        Intervals(resamples=100, confidence=0.9))
    assert measured.numbers["transductive"] is True
    assert "(TRANSDUCTIVE)" in measured.title


@pytest.mark.parametrize("kind", ["global", "clip", "corpus"])
def test_the_others_look_at_no_test_clip_and_are_not_marked(
    kind: str, trained: Make, plain_run: Make, features: Features, clips: pd.DataFrame
) -> None:
    plain, folder = plain_run(normalisation=kind)
    first, *others = of(clips, "two")
    after = trained("changed", stretched(features, [first]), normalisation=kind)
    np.testing.assert_array_equal(after.loc[others], plain.loc[others])
    assert not predictions.read(folder / "predictions.parquet").origin.transductive
    assert "TRANSDUCTIVE" not in (folder / "said.txt").read_text()


def test_by_clip_the_channel_of_a_clip_does_not_matter_to_the_network(
    trained: Make, features: Features, clips: pd.DataFrame
) -> None:
    alone = {"normalisation": "clip", "baseline_share": 0.0}
    plain, through = trained("plain", features, **alone), trained("through", stretched(features, of(clips, "two")),
                                                                  **alone)
    np.testing.assert_allclose(through, plain, atol=1e-4)


def test_by_corpus_each_has_its_own_and_one_that_is_not_trained_on_has_that_of_all(
    trained: Make, features: Features, clips: pd.DataFrame, tmp_path: Path
) -> None:
    alone = {"normalisation": "corpus", "baseline_share": 0.0}
    said = trained("plain", features, **alone)
    (bundle,) = load(tmp_path / "plain/models")
    assert list(bundle.corpora) == ["one", "three"]
    assert "two: not trained on in some fold" in (tmp_path / "plain/said.txt").read_text()
    clip = of(clips, "two")[0]
    each = [bundle.probabilities([features[clip, view]])[0] for view in bundle.blueprint.views]
    np.testing.assert_allclose(said.loc[clip], np.mean(each, axis=0), atol=1e-6)
    # The channel of a corpus that is trained on changes only what its frames add to the statistics of all.
    trained("through", stretched(features, of(clips, "one")), **alone)
    (through,) = load(tmp_path / "through/models")
    np.testing.assert_allclose(through.corpora["one"].std, bundle.corpora["one"].std * [2, 0.5, 3], rtol=1e-4)
    np.testing.assert_array_equal(through.corpora["three"].mean, bundle.corpora["three"].mean)
    for one, other in zip(bundle.networks[0].get_weights(), through.networks[0].get_weights(), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-3)


def test_speakers_of_too_few_clips_are_named_before_anything_is_written(
    clips: pd.DataFrame, features: Features, make_store: Make, tiny: Make, tiny_network: Make, tmp_path: Path
) -> None:
    few = clips.drop(clips.index[clips["speaker"] == "three-02"][:2])
    store = make_store(tmp_path / "features", [(clip, view, frames) for (clip, view), frames in features.items()])
    outputs = Outputs(*(tmp_path / name for name in ("models", "predictions.parquet", "history.csv")))
    with pytest.raises(UserError, match=r"normalisation is speaker, but fold 0 has 4 clips of three-02, fewer than 5"):
        train(few, store, tiny(normalisation="speaker"), tiny_network(), outputs)
    assert [path.name for path in tmp_path.iterdir()] == ["features"]
