from . import digest
from .containers import Container, sniff
from .decoding import opened, read
from .digest import Digest
from .recording import Implausible, NoAudioTrack, NoDecoder, Recording, UnreadableAudio
from .resampling import load, resampled, streamed
from .truncation import cut_short

__all__ = [
    "Container", "Digest", "Implausible", "NoAudioTrack", "NoDecoder", "Recording", "UnreadableAudio", "cut_short",
    "digest", "load", "opened", "read", "resampled", "sniff", "streamed",
]
