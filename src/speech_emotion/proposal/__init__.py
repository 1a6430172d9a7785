"""Look at a stranger's folder or table, and propose how to describe it as a corpus."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
