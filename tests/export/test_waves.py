"""Transforms by two factors are Fourier's."""

from collections.abc import Callable

import numpy as np
import pytest

from speech_emotion.export.waves import Transform

Made = Callable[..., Callable[..., list[np.ndarray]]]


@pytest.mark.parametrize(("length", "points"), [(400, 512), (101, 128), (7, 14), (250, 1000), (5, 5), (64, 64)])
def test_power_spectra_and_autocorrelations(made: Made, length: int, points: int) -> None:
    transform, longest = Transform.of(length, points), min(length - 1, points - length)
    frames = np.random.default_rng(1).normal(size=(length, 3)).astype(np.float32)
    run = made(lambda x: [power := transform.power(x), transform.correlation(power, longest)], frames=[length, 3])
    power, correlation = run(frames)
    expected = np.abs(np.fft.fft(frames, points, axis=0)) ** 2
    np.testing.assert_allclose(power, expected[transform.bins], rtol=1e-4, atol=1e-4 * expected.max())
    for distance in range(longest + 1):
        sums = (frames[: length - distance] * frames[distance:]).sum(axis=0)
        np.testing.assert_allclose(correlation[distance], sums, atol=1e-5 * length)


def test_every_bin_up_to_the_middle_is_there() -> None:
    for points in (2, 14, 512, 1000, 1280):
        bins = Transform.of(points, points).bins.ravel()
        assert {*np.minimum(bins, points - bins)} == {*range(points // 2 + 1)}
