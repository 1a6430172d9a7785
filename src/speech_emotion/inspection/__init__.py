"""Pictures of single clips: which ones, what there is to see of them, as a PNG or as an interactive page."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
