"""A network's weights as bytes: the file ``.weights.h5`` that Keras writes of them."""

import tempfile
from pathlib import Path

import keras

_NAME = "network.weights.h5"
_SPARE = 1 << 20
"""What such a file has beside the numbers, in bytes, and then some."""


def to_bytes(network: keras.Model) -> bytes:
    """Write them; equal weights give equal bytes.

    Raises
    ------
    OSError
        If the folder for temporary files has no room. HDF5, which would find out by itself, ends a process that cannot
        write.

    Examples
    --------
    >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    >>> from_bytes(to_bytes(network), network)
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, _NAME)
        with path.open("wb") as room:
            left = 4 * network.count_params() + _SPARE
            while left > 0:
                left -= room.write(bytes(min(left, 1 << 20)))
        path.unlink()
        network.save_weights(path)
        return path.read_bytes()


def from_bytes(content: bytes, network: keras.Model) -> None:
    """Give a network the weights that `to_bytes` wrote.

    Raises
    ------
    OSError
        If the folder for temporary files has no room.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, _NAME)
        path.write_bytes(content)
        network.load_weights(path)
