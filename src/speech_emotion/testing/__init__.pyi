from .corpora import make_corpus
from .encoded import write_encoded
from .tones import tone, voice, write_clip, write_samples

__all__ = ["make_corpus", "tone", "voice", "write_clip", "write_encoded", "write_samples"]
