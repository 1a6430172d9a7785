"""A stream is cut at the same places whatever blocks it comes in."""

from collections.abc import Iterator
from itertools import count, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.arrays import Float32
from speech_emotion.prediction.cutting import cut, windows

BLOCKS = st.lists(st.integers(1, 40), min_size=1, max_size=20)


def stream(blocks: list[int]) -> tuple[Float32, Iterator[Float32]]:
    """Samples, and the same in blocks of which each is overwritten by the next, as decoders' are."""
    samples = np.arange(sum(blocks), dtype=np.float32)

    def pieces() -> Iterator[Float32]:
        buffer, at = np.empty(max(blocks), np.float32), 0
        for size in blocks:
            buffer[:size] = samples[at : at + size]
            yield buffer[:size]
            at += size

    return samples, pieces()


@given(blocks=BLOCKS, lengths=st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_stretches_are_slices(blocks: list[int], lengths: list[int]) -> None:
    samples, pieces = stream(blocks)
    edges = np.cumsum([0, *lengths])
    expected = [samples[first:last] for first, last in pairwise(edges) if first < len(samples)]
    found = list(cut(pieces, lengths))
    assert [each.tolist() for each in found] == [each.tolist() for each in expected]


@given(blocks=BLOCKS, length=st.integers(1, 90), share=st.floats(0.02, 1))
def test_windows_are_slices_and_cover_all(blocks: list[int], length: int, share: float) -> None:
    hop = max(1.0, length * share)  # not always whole, as with a hop in seconds
    samples, pieces = stream(blocks)
    found = list(windows(pieces, length, (int(number * hop) for number in count())))
    places = [int(number * hop) for number in range(len(samples) + 1)]
    full = [place for place in places if place + length <= len(samples)]
    rest = [max(0, len(samples) - length)] if not full or full[-1] + length < len(samples) else []
    assert [start for start, _ in found] == full + rest
    for start, window in found:
        np.testing.assert_array_equal(window, samples[start : start + length])
    heard = {place for start, window in found for place in range(start, start + len(window))}
    assert heard == set(range(len(samples)))


def test_a_window_is_given_before_the_stream_goes_on() -> None:
    def pieces() -> Iterator[Float32]:
        yield np.zeros(4, np.float32)
        raise AssertionError("the window was complete")

    assert next(windows(pieces(), 4, count(0, 2)))[0] == 0


def test_an_empty_stream_has_no_window() -> None:
    assert list(windows([], 4, count(0, 2))) == list(cut([], [4])) == []
