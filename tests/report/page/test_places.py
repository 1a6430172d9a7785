"""The map is scikit-learn's principal components, of each fold by itself."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA

from speech_emotion.report.page.places import SCALE, places

LABELS = ("anger", "fear", "joy")


def _clips(n: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(0)
    shares = random.dirichlet([1, 1, 1], n)
    return pd.DataFrame({"fold": np.arange(n) % 2, **{f"p_{label}": shares[:, at] for at, label in enumerate(LABELS)}})


def _alike(found: np.ndarray, expected: np.ndarray) -> None:
    """Either axis is the expected one, shifted, scaled, and perhaps turned round."""
    for axis in range(2):
        assert abs(np.corrcoef(found[:, axis], expected[:, axis])[0, 1]) == pytest.approx(1, abs=1e-4)


def test_both_maps_are_principal_components() -> None:
    clips = _clips()
    vectors = np.random.default_rng(1).normal(size=(60, 5)) * [5, 3, 1, 1, 1]
    found = places(clips, LABELS, list(vectors))
    logs = np.log(clips[[f"p_{label}" for label in LABELS]].to_numpy())
    _alike(found.answers, PCA(2).fit_transform(logs - logs.mean(axis=1, keepdims=True)))
    assert found.layer is not None
    for fold in (0, 1):
        which = clips["fold"] == fold
        model = PCA(2).fit(vectors[which])
        _alike(found.layer[which], model.transform(vectors[which]))
        assert found.explained[str(fold)] == pytest.approx(model.explained_variance_ratio_.sum(), abs=5e-4)
        assert found.layer[which].min(axis=0).tolist() == [0, 0]
        assert found.layer[which].max(axis=0).tolist() == [SCALE, SCALE]


def test_the_order_of_clips_decides_nothing() -> None:
    clips, vectors = _clips(), np.random.default_rng(1).normal(size=(60, 5))
    found = places(clips, LABELS, list(vectors))
    turned = places(clips[::-1], LABELS, list(vectors[::-1]))
    assert turned.answers[::-1].tolist() == found.answers.tolist()
    assert turned.layer is not None
    assert found.layer is not None
    assert turned.layer[::-1].tolist() == found.layer.tolist()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_or_equal_clips_have_places_too(n: int) -> None:
    clips = pd.concat([_clips(1)] * n, ignore_index=True)
    found = places(clips, LABELS, [[1.0, 2.0]] * n)
    assert found.answers.tolist() == [[SCALE // 2, SCALE // 2]] * n
    assert found.layer is not None
    assert found.layer.shape == (n, 2)


def test_certain_answers_have_places() -> None:
    clips = pd.DataFrame({"fold": 0, "p_anger": [1.0, 0.0, 0.0], "p_fear": [0.0, 1.0, 0.0], "p_joy": [0.0, 0.0, 1.0]})
    found = places(clips, LABELS, [None] * 3)
    assert len({tuple(place) for place in found.answers.tolist()}) == 3
    assert found.layer is None
