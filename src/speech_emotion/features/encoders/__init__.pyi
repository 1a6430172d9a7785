from .content import digest, located
from .loading import SAMPLE_RATE, Encoder, opened

__all__ = ["SAMPLE_RATE", "Encoder", "digest", "located", "opened"]
