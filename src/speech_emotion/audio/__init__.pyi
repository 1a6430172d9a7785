from . import digest
from .containers import Container, cut_short, sniff
from .decoding import Recording, UnreadableAudio, opened, read
from .digest import Digest
from .resampling import load, resampled, streamed

__all__ = [
    "Container", "Digest", "Recording", "UnreadableAudio", "cut_short", "digest", "load", "opened", "read", "resampled",
    "sniff", "streamed",
]
