"""Light-SERNet: against the same in NumPy, against the authors' size, and what its settings may be."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from speech_emotion.models import classifier
from speech_emotion.networks.light_sernet import BRANCHES, Settings, embed


@pytest.fixture
def settings(shipped: Callable[[], dict[str, Any]]) -> Callable[..., Settings]:
    return lambda **changes: Settings.model_validate(shipped()["networks"]["light_sernet"] | changes)


def convolved(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolve [rows, columns, in] with an odd kernel [height, width, in, out], zeros around the image."""
    height, width = kernel.shape[:2]
    padded = np.pad(image, ((height // 2,) * 2, (width // 2,) * 2, (0, 0)))
    return np.array([[np.tensordot(padded[row : row + height, column : column + width], kernel, 3)
                      for column in range(image.shape[1])] for row in range(image.shape[0])])


def pooled(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Average tiles; those at the end of an odd side are smaller."""
    return np.array([[image[row : row + height, column : column + width].mean(axis=(0, 1))
                      for column in range(0, image.shape[1], width)] for row in range(0, image.shape[0], height)])


def activated(x: np.ndarray, norm: list[np.ndarray]) -> np.ndarray:
    gamma, beta, mean, variance = norm
    return np.maximum(gamma * (x - mean) / np.sqrt(variance + 0.001) + beta, 0)


def test_equals_the_same_in_numpy(settings: Callable[..., Settings], created: Callable[..., Any]) -> None:
    inputs = keras.Input((37, 11))
    model = keras.Model(inputs, embed(inputs, settings(branch_filters=2, filters=[3, 4, 5], embedding=6)))
    random = np.random.default_rng(4)
    model.set_weights([random.uniform(0.1, 1, weight.shape) - 0.5 * (weight.ndim == 4)
                       for weight in model.get_weights()])
    windows = random.standard_normal((2, 37, 11)).astype(np.float32)

    norms = created(model, keras.layers.BatchNormalization)
    steps = [(convolution.get_weights()[0], norm.get_weights())
             for convolution, norm in zip(created(model, keras.layers.Conv2D), norms, strict=True)]
    assert [kernel.shape[:2] for kernel, _ in steps] == [*BRANCHES, (3, 3), (3, 3), (3, 3), (1, 1)]
    expected = []
    for window in windows.astype(np.float64):
        branches = [pooled(activated(convolved(window[..., None], kernel), norm), 2, 2) for kernel, norm in steps[:3]]
        image = np.concatenate(branches, axis=2)
        for (kernel, norm), size in zip(steps[3:-1], [(2, 2), (2, 2), (2, 1)], strict=True):
            image = pooled(activated(convolved(image, kernel), norm), *size)
        kernel, norm = steps[-1]
        expected.append(activated(image @ kernel[0, 0], norm).mean(axis=(0, 1)))
    np.testing.assert_allclose(model(windows, training=False), expected, rtol=1e-4)


def test_has_the_authors_weights(settings: Callable[..., Settings]) -> None:
    # The authors' EMO-DB model: 3 s, 184 frames of 40 MFCCs, 7 labels. In their code the branches have offsets.
    branches = 32 * (11 + 9 + 9) + 3 * 4 * 32
    blocks = sum(9 * fed * filters + 4 * filters for fed, filters in [(96, 64), (64, 96), (96, 128), (128, 160)])
    authors = branches + 3 * 32 + blocks + (160 * 320 + 4 * 320) + (320 * 7 + 7)
    assert authors == 463_431
    model = classifier.build("light_sernet", settings(), window_frames=184, num_columns=40, num_classes=7)
    assert model.count_params() == authors - 3 * 32
    # 0.88 MB, as is given for it, is what they take in 16 bits.
    assert round(2 * model.count_params() / 2**20, 2) == 0.88


def test_the_window_does_not_change_the_weights(settings: Callable[..., Settings]) -> None:
    sizes = {classifier.build("light_sernet", settings(), window_frames=frames, num_columns=columns, num_classes=7)
             .count_params() for frames, columns in [(1, 1), (400, 40)]}
    assert len(sizes) == 1


@pytest.mark.parametrize("l2", [0.0, 0.01])
def test_the_loss_grows_by_squared_weights_behind_the_branches(l2: float, settings: Callable[..., Settings]) -> None:
    model = classifier.build("light_sernet", settings(branch_filters=2, filters=[3], embedding=4, l2=l2),
                             window_frames=8, num_columns=4, num_classes=2)
    squares = sum(float(np.square(layer.get_weights()[0]).sum()) for layer in model.layers
                  if isinstance(layer, keras.layers.Conv2D) and layer.get_weights()[0].shape[2] > 1)
    assert squares > 0
    assert sum(map(float, model.losses)) == pytest.approx(l2 * squares, rel=1e-5)


@pytest.mark.parametrize(("key", "value"), [
    ("branch_filters", 0), ("filters", []), ("filters", [0]), ("filters", 64), ("embedding", 0), ("dropout", 1.0),
    ("l2", -1e-6),
])
def test_impossible_settings_are_refused(key: str, value: Any, settings: Callable[..., Settings]) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**{key: value})
    assert {problem["loc"][0] for problem in caught.value.errors()} == {key}
