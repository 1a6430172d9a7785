"""The typed schema of params.yaml: one module per section, each holding a `Section` of the same name."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
