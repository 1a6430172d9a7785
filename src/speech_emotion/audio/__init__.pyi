from . import digest
from .containers import Container, cut_short, sniff
from .decoding import opened, read
from .digest import Digest
from .recording import NoAudioTrack, NoDecoder, Recording, UnreadableAudio
from .resampling import load, resampled, streamed

__all__ = [
    "Container", "Digest", "NoAudioTrack", "NoDecoder", "Recording", "UnreadableAudio", "cut_short", "digest", "load",
    "opened", "read", "resampled", "sniff", "streamed",
]
