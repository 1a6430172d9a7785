"""Networks in a graph are Keras's."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.export import layers
from speech_emotion.params.networks import settings_of

Made = Callable[..., Callable[..., list[np.ndarray]]]
SMALL: dict[str, list[dict[str, Any]]] = {
    "cnn": [{"filters": [5, 6], "kernel_size": kernel, "dense": 7, "pool_size": pool, "batch_norm": norm}
            for kernel, pool, norm in ((5, 4, True), (4, 3, False))],
    "tim_net": [{"filters": 6, "kernel_size": 3, "levels": 4}],
    "light_sernet": [{"branch_filters": 3, "filters": [4, 5, 6], "embedding": 8}],
    "attentive": [{"projection": 6, "filters": filters, "attention": 4} for filters in ([], [7, 5])],
}


def scattered(network: Any) -> Any:
    """Give a network weights of which none is 0 or 1, as a trained one has."""
    random = np.random.default_rng(1)
    network.set_weights([random.uniform(0.2, 1, each.shape) if "variance" in name.path or "gamma" in name.path
                         else random.normal(0, 0.3, each.shape)
                         for name, each in zip(network.weights, network.get_weights(), strict=True)])
    return network


@pytest.mark.parametrize(("name", "shape"), [(name, shape) for name, shapes in SMALL.items() for shape in shapes])
def test_every_network_is_exported(made: Made, shipped: Callable[[], dict[str, Any]], name: str,
                                   shape: dict[str, Any]) -> None:
    from speech_emotion.models import classifier

    settings = settings_of(name).model_validate({**shipped()["networks"][name], **shape})
    network = scattered(classifier.build(name, settings, window_frames=37, num_columns=11, num_classes=3))
    windows = np.random.default_rng(2).normal(size=(4, 37, 11)).astype(np.float32)
    expected = np.asarray(classifier.with_embedding(network)(windows)[0])
    given = made(lambda x: layers.logits(network, x), x=["n", 37, 11])(windows)[0]
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(given, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("kind", "arguments", "named"), [
    ("LSTM", {"units": 3}, r"layer own \(LSTM\) cannot be exported"),
    ("Dense", {"units": 3, "activation": "gelu"}, "layer own cannot be exported: its activation is gelu"),
    ("Conv1D", {"filters": 2, "kernel_size": 3, "strides": 2}, "layer own cannot be exported: it has groups or str"),
    ("Softmax", {"axis": [1, 2]}, "layer own cannot be exported: its softmax is over several axes"),
    ("Dot", {"axes": 2}, "layer own cannot be exported: it multiplies along another axis than time"),
    ("ReLU", {"max_value": 6.0}, "layer own cannot be exported: it is no plain ReLU"),
])
def test_a_layer_that_cannot_be_exported_is_named(
    made: Made, kind: str, arguments: dict[str, Any], named: str
) -> None:
    import keras

    inputs = keras.Input((8, 2))
    hidden = getattr(keras.layers, kind)(**arguments, name="own")([inputs] * 2 if kind == "Dot" else inputs)
    network = keras.Model(inputs, keras.layers.Dense(2, name="logits")(keras.layers.Flatten()(hidden)))
    with pytest.raises(UserError, match=named):
        made(lambda x: layers.logits(network, x), x=["n", 8, 2])
