"""Windows of equal length out of clips of any length."""

import numpy as np


def cut(clip: np.ndarray, offset: int, frames: int) -> np.ndarray:
    """Put a clip of at most `frames` frames among zeros, `offset` frames from the start.

    Returns
    -------
    np.ndarray [shape=(frames, columns), dtype=float32]
    """
    window = np.zeros((frames, clip.shape[1]), dtype=np.float32)
    window[offset : offset + len(clip)] = clip
    return window


def inference_windows(clip: np.ndarray, frames: int) -> np.ndarray:
    """Cut a normalised clip into the windows whose mean probability is its prediction.

    A clip of up to `frames` frames gives one window with the clip in its middle. A longer one gives evenly spaced
    windows that cover it from its first frame to its last and overlap by at least a half.

    Parameters
    ----------
    clip : np.ndarray [shape=(n, columns), dtype=float32]
        Normalised features.
    frames : int
        Length of a window.

    Returns
    -------
    np.ndarray [shape=(windows, frames, columns), dtype=float32]
    """
    spare = len(clip) - frames
    if spare <= 0:
        return cut(clip, -spare // 2, frames)[None]
    starts = np.linspace(0, spare, 1 + -(-spare // max(1, frames // 2))).round().astype(int)
    return np.stack([clip[start : start + frames] for start in starts])
