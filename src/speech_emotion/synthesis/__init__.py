"""The embedded corpus: acted speech rendered offline by a speech synthesiser. It is synthetic, and called so."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
