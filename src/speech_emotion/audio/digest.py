"""The digest by which a recording is known, whatever file holds it."""

from collections.abc import Iterable, Iterator

import numpy as np
import xxhash


class Digest:
    """Hash of decoded samples and their sample rate, by which a recording is known whatever its file.

    It is the 128-bit XXH3 hash: it tells recordings apart and shows any accidental change at the speed of memory,
    and is no protection against somebody who makes two recordings with the same hash on purpose.

    Parameters
    ----------
    sample_rate : int > 0
        In Hz; the same samples at another rate are another recording.
    """

    def __init__(self, sample_rate: int) -> None:
        self._state = xxhash.xxh3_128(sample_rate.to_bytes(4, "little"))

    def through(self, pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Take in samples as they pass; how they are cut into pieces makes no difference."""
        for piece in pieces:
            self._state.update(np.ascontiguousarray(piece, dtype="<f4").data)
            yield piece

    def hexdigest(self) -> str:
        """Give the hash of what has passed, as 32 hexadecimal digits."""
        return self._state.hexdigest()


def of_samples(pieces: Iterable[np.ndarray], sample_rate: int) -> str:
    """Hash a recording; see `Digest`.

    Parameters
    ----------
    pieces : iterable of np.ndarray [dtype=float32]
        The recording's samples, cut in any way.
    sample_rate : int > 0
        In Hz.

    Returns
    -------
    str
        32 hexadecimal digits.

    Examples
    --------
    >>> samples = np.zeros(8, dtype=np.float32)
    >>> of_samples([samples], 16000) == of_samples([samples[:3], samples[3:]], 16000)
    True
    >>> of_samples([samples], 16000) == of_samples([samples], 8000)
    False
    """
    state = Digest(sample_rate)
    for _ in state.through(pieces):
        pass
    return state.hexdigest()
