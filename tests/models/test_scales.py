"""What clips are normalised by equals numpy over the clips that are named, and nothing is divided by zero."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.models.baseline import statistics
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.models.provenance import Provenance
from speech_emotion.models.scales import FEWEST_CLIPS, Scale, by_corpus, of_clip, of_speaker

Make = Callable[..., Any]
BLUEPRINT = Blueprint(labels=("anger", "fear"), columns=("mfcc_0", "mfcc_1", "zcr"), frame_rate=100.0, recipe={},
                      window_frames=20, network="cnn", network_settings={}, training={},
                      provenance=Provenance((), min_duration=0.3), network_columns=("mfcc_1", "mfcc_0"))
CLIPS = [np.random.default_rng(number).normal([5, -3, 100], [1, 10, 0.1], (15 + number, 3)).astype(np.float32)
         for number in range(6)]


def test_a_speaker_is_measured_frame_by_frame_and_statistic_by_statistic() -> None:
    scale = of_speaker(CLIPS, BLUEPRINT)
    joined = np.concatenate(CLIPS).astype(np.float64)[:, [1, 0]]
    np.testing.assert_allclose(scale.frames.mean, joined.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(scale.frames.std, joined.std(axis=0), rtol=1e-6)
    measured = np.stack([statistics(clip, BLUEPRINT.columns) for clip in CLIPS])
    assert scale.statistics is not None
    np.testing.assert_allclose(scale.statistics.mean, measured.mean(axis=0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(scale.statistics.std, measured.std(axis=0), rtol=1e-5)


def test_what_a_speaker_never_changes_becomes_zero() -> None:
    constant = [np.full((10, 3), 7, np.float32) for _ in range(FEWEST_CLIPS)]
    scale = of_speaker(constant, BLUEPRINT)
    assert scale.statistics is not None
    assert (scale.frames.std == 1).all()
    np.testing.assert_array_equal(scale.frames(constant[0][:, :2]), 0)
    np.testing.assert_allclose(scale.statistics(statistics(constant[0], BLUEPRINT.columns)), 0, atol=1e-6)


def test_too_few_clips_of_a_speaker() -> None:
    of_speaker(CLIPS[:FEWEST_CLIPS], BLUEPRINT)
    with pytest.raises(UserError, match=r"too few clips .* statistics: 4, and it takes 5"):
        of_speaker(CLIPS[:4], BLUEPRINT)


def test_each_kind_takes_its_own() -> None:
    everything = Normalisation.fit(BLUEPRINT.seen(clip) for clip in CLIPS)
    corpora = by_corpus(zip(["b", "a", "b", "b", "a", "b"], CLIPS, strict=True), BLUEPRINT)
    assert list(corpora) == ["a", "b"]
    expected = Normalisation.fit(BLUEPRINT.seen(CLIPS[at]) for at in (1, 4))
    np.testing.assert_array_equal(corpora["a"].mean, expected.mean)

    def chosen(kind: str, corpus: str | None) -> Scale:
        return of_clip(CLIPS[0], dataclasses.replace(BLUEPRINT, normalisation=kind), everything, corpora, corpus)

    assert chosen("global", "a").frames is everything
    assert chosen("corpus", "a").frames is corpora["a"]
    assert chosen("corpus", "c").frames is chosen("corpus", None).frames is everything
    np.testing.assert_allclose(chosen("clip", "a").frames.mean, CLIPS[0].mean(axis=0)[[1, 0]], rtol=1e-5)
    assert all(chosen(kind, "a").statistics is None for kind in ("global", "corpus", "clip"))
    with pytest.raises(UserError, match="at least 5 clips of one speaker together"):
        chosen("speaker", "a")
