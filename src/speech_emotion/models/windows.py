"""Windows of equal length out of clips of any length."""

import numpy as np

from speech_emotion.arrays import Float32


def pad(clip: Float32, offset: int, window_frames: int) -> Float32:
    """Put a clip of at most `window_frames` frames among zeros, `offset` frames from the start.

    Returns
    -------
    np.ndarray [shape=(window_frames, columns), dtype=float32]

    Examples
    --------
    >>> pad(np.ones((2, 1), np.float32), 1, 4).ravel()
    array([0., 1., 1., 0.], dtype=float32)
    """
    window = np.zeros((window_frames, clip.shape[1]), dtype=np.float32)
    window[offset : offset + len(clip)] = clip
    return window


def inference_windows(clip: Float32, window_frames: int) -> tuple[Float32, np.ndarray]:
    """Cut a normalised clip into the windows whose mean probability is its prediction.

    A clip of up to `window_frames` frames gives one window with the clip in its middle. A longer one gives evenly
    spaced windows that cover it from its first frame to its last and overlap by at least a half.

    Parameters
    ----------
    clip : np.ndarray [shape=(n, columns), dtype=float32]
        Normalised features, ``n > 0``.
    window_frames : int > 0
        Length of a window.

    Returns
    -------
    windows : np.ndarray [shape=(windows, window_frames, columns), dtype=float32]
    first_frames : np.ndarray [shape=(windows,), dtype=int64]
        The clip's frame with which each window begins.

    Examples
    --------
    >>> clip = np.zeros((250, 40), np.float32)
    >>> windows, first_frames = inference_windows(clip, 100)
    >>> windows.shape, first_frames.tolist()
    ((4, 100, 40), [0, 50, 100, 150])
    """
    parts, first_frames = stretches(clip, window_frames)
    return np.stack([pad(part, (window_frames - len(part)) // 2, window_frames) for part in parts]), first_frames


def stretches(clip: Float32, window_frames: int) -> tuple[list[Float32], np.ndarray]:
    """Give what `inference_windows` shows of a clip, without the zeros about a clip that is shorter than a window.

    Parameters
    ----------
    clip : np.ndarray [shape=(n, columns), dtype=float32]
        Features, ``n > 0``.
    window_frames : int > 0
        Length of a window.

    Returns
    -------
    stretches : list of np.ndarray [shape=(at most window_frames, columns), dtype=float32]
    first_frames : np.ndarray [shape=(windows,), dtype=int64]
        The clip's frame with which each begins.

    Examples
    --------
    >>> [len(part) for part in stretches(np.zeros((30, 40), np.float32), 100)[0]]
    [30]
    """
    spare = max(len(clip) - window_frames, 0)
    first_frames = np.linspace(0, spare, window_count(len(clip), window_frames)).round().astype(np.int64)
    return [clip[first : first + window_frames] for first in first_frames], first_frames


def window_count(num_frames: int, window_frames: int) -> int:
    """Say how many windows a clip of `num_frames` frames gives.

    Examples
    --------
    >>> window_count(30, 100), window_count(250, 100)
    (1, 4)
    """
    return 1 + -(-max(num_frames - window_frames, 0) // max(1, window_frames // 2))
