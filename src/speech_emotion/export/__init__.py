"""Write trained models as one file that needs nothing of this project: samples in, probabilities out."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
