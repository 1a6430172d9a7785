"""Emotion over time: windows through a recording, what they say of each moment, and how other programs read it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
