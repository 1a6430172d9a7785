"""A page that judges speech in the browser: one folder, which any static host serves."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
