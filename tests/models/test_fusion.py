"""Branches are softened and weighed as the validation part says, and what is stored is what was fitted."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from speech_emotion.models.fusion import Fusion, Share
from speech_emotion.temperature import softened

CLASSES = np.arange(240) % 4


def spoken(skill: float, scale: float, seed: int) -> np.ndarray:
    """What a branch says that is right the more often the higher its skill, and as sure of it as `scale`."""
    logits = np.random.default_rng(seed).normal(0, 1, (len(CLASSES), 4))
    logits[np.arange(len(CLASSES)), CLASSES] += skill
    said: np.ndarray = softmax(scale * logits, axis=1)
    return said


def test_a_branch_that_is_too_sure_is_softened_to_what_is_most_likely() -> None:
    said = spoken(1.0, 8.0, seed=1)
    temperature = Fusion.fit({"main": said}, CLASSES, "validation").shares["main"].temperature
    losses = {t: -np.log(softened(said, t)[np.arange(len(CLASSES)), CLASSES]).mean() for t in np.arange(1, 20, 0.01)}
    assert temperature == pytest.approx(min(losses, key=lambda t: losses[t]), abs=0.02)


def test_no_branch_is_made_surer_than_it_is() -> None:
    assert Fusion.fit({"main": spoken(9.0, 0.1, seed=1)}, CLASSES, "validation").shares["main"].temperature < 1.001


def test_the_better_branch_weighs_more_and_the_mean_is_plain() -> None:
    both = {"main": spoken(0.3, 3.0, seed=1), "better": spoken(2.5, 3.0, seed=2)}
    fitted = Fusion.fit(both, CLASSES, "validation").shares
    assert fitted["better"].weight > 0.7
    assert fitted["better"].weight + fitted["main"].weight == pytest.approx(1, abs=2e-4)
    plain = Fusion.fit(both, CLASSES, "mean")
    assert set(plain.shares.values()) == {Share(1.0, 0.5)}
    np.testing.assert_allclose(plain(both), (both["main"] + both["better"]) / 2, atol=1e-12)


def test_few_clips_leave_the_weights_near_each_other() -> None:
    both = {"main": spoken(0.3, 3.0, seed=1)[:8], "better": spoken(2.5, 3.0, seed=2)[:8]}
    assert 0.5 <= Fusion.fit(both, CLASSES[:8], "validation").shares["better"].weight < 0.7


def test_what_is_fused_is_the_weighted_mean_of_softened_probabilities() -> None:
    fusion = Fusion({"main": Share(2.0, 0.25), "other": Share(1.0, 0.75)})
    main, other = np.array([[0.64, 0.36], [1.0, 0.0]]), np.array([[0.5, 0.5], [0.5, 0.5]])
    np.testing.assert_allclose(fusion({"main": main, "other": other}),
                               [[0.25 * 0.8 / 1.4 + 0.375, 0.25 * 0.6 / 1.4 + 0.375], [0.625, 0.375]], atol=1e-9)


def test_it_is_stored_and_read(tmp_path: Path) -> None:
    fusion = Fusion.fit({"main": spoken(0.3, 3.0, 1), "other": spoken(2.0, 3.0, 2)}, CLASSES, "validation")
    fusion.save(tmp_path)
    first = (tmp_path / "fusion.json").read_bytes()
    assert Fusion.load(tmp_path) == fusion
    fusion.save(tmp_path)
    assert (tmp_path / "fusion.json").read_bytes() == first


@pytest.mark.parametrize("content", [
    b"[]", b"{}", b'{"main": {"temperature": 0, "weight": 1}}', b'{"main": {"temperature": NaN, "weight": 1}}',
    b'{"main": {"temperature": 2, "weight": 0}}', b'{"main": {"temperature": 2}}',
])
def test_what_cannot_be_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "fusion.json").write_bytes(content)
    with pytest.raises(ValueError):
        Fusion.load(tmp_path)
