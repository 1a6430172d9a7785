"""A view at another speed is what the resampler makes of it, to its own accuracy."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.core.errors import UserError
from speech_emotion.export.speeds import at_speed
from speech_emotion.features.perturbation import perturbed

Made = Callable[..., Callable[..., list[np.ndarray]]]
RATE = 16000


@pytest.mark.parametrize("view", ["speed-0.9", "speed-1.1", "speed-0.5", "speed-2", "speed-1.15"])
def test_it_is_the_resamplers(made: Made, view: str) -> None:
    run = made(lambda x: at_speed(x, view, RATE), x=["n"])

    @given(length=st.integers(1, 9000), seed=st.integers(0, 9))
    def equal(length: int, seed: int) -> None:
        samples = np.random.default_rng(seed).uniform(-0.5, 0.5, length).astype(np.float32)
        ours, theirs = run(samples)[0], perturbed(view, samples, RATE, digest="")
        assert len(ours) == len(theirs)
        np.testing.assert_allclose(ours, theirs, atol=2e-6)

    equal()


@pytest.mark.parametrize("view", ["speed-0.8731", "speed-1.003"])
def test_a_speed_of_many_digits_is_refused_by_name(view: str, made: Made) -> None:
    with pytest.raises(UserError, match=r"extract_mfcc\.views\.speed: .* cannot be exported"):
        made(lambda x: at_speed(x, view, RATE), x=["n"])
