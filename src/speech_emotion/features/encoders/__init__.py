"""Pre-trained speech encoders, read from a local folder or file: what the feature `encoder` is made with."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
