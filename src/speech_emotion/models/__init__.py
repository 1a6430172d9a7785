"""Trained models: what folds share, each fold's own part, the network with its head, normalisation, windows."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
