"""Runs side by side, on the clips that all of them predicted.

A package of its own, since what `evaluate` does not import must not make it run again.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
