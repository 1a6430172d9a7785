"""Audio to feature frames, in one process: what decides a number, and nothing else.

`compute` turns samples into a matrix. Each feature is a module that ends with a `FEATURE`; `registry` finds them. They
share `framing`, `spectrum`, `analysis` and `mel`; `preparation` and `perturbation` come before them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
