"""From a folder of audio to the manifest: find, probe, audit, summarise."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
