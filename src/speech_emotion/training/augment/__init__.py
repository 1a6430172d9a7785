"""Changes made to training batches on the fly, so that no epoch shows the same data twice."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
