"""For how many workers there is memory."""

from collections.abc import Sequence

from speech_emotion.audio import spool
from speech_emotion.extraction.worker import ClipFile
from speech_emotion.features import compute
from speech_emotion.parallel import memory
from speech_emotion.parallel.workers import local_workers
from speech_emotion.params.extract_mfcc import ExtractMfcc

PROCESS_BYTES = 200 << 20
"""Of a worker that has loaded what it needs, and of ordinary clips."""

_COPIES = 3
"""Of samples in memory: as they are, as a view, and prepared."""
_BYTES = 4
"""Of a sample, and of most of what is computed of a frame."""


def worker_bytes(seconds: float, settings: ExtractMfcc) -> int:
    """Estimate what a worker takes for a recording: rather more than it does.

    Parameters
    ----------
    seconds : float >= 0
        Length of the recording.
    settings : ExtractMfcc
        The features, and the views. Those that need a recording whole (another pitch, pyin, encoders) are for clips,
        and not thought of.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> settings = load("params.yaml", ExtractMfcc)
    >>> [worker_bytes(seconds, settings) >> 20 for seconds in (5.0, 3 * 3600.0)]
    [201, 1078]
    """
    slowest = min((1.0, *settings.views.speed))
    samples = seconds / slowest * settings.sample_rate
    # Of a frame: its mel bands until they are coefficients, and columns twice, alone and beside the others.
    bands = sum(getattr(each, "n_mels", 0) for each in settings.features.chosen().values())
    frames = seconds / slowest * compute.frame_rate(settings)
    values = frames * (bands + 2 * len(compute.columns(settings)))
    return PROCESS_BYTES + int(_BYTES * (_COPIES * min(samples, spool.IN_MEMORY) + values))


def workers(clips: Sequence[ClipFile], settings: ExtractMfcc) -> int:
    """Tell how many processes are to compute some clips on this machine.

    Parameters
    ----------
    clips : sequence of ClipFile
        At least one.
    settings : ExtractMfcc
        What is computed.

    Returns
    -------
    int > 0
        `local_workers`, or fewer where they would not all find room for the longest clip.
    """
    free = memory.available()
    if free is None:
        return local_workers()
    return max(1, min(local_workers(), free // worker_bytes(max(clip.duration for clip in clips), settings)))
