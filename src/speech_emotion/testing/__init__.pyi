from .corpora import make_corpus
from .tones import tone, voice, write_clip, write_samples

__all__ = ["make_corpus", "tone", "voice", "write_clip", "write_samples"]
