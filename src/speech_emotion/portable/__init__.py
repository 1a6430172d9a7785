"""Run an exported model: one file, NumPy and ONNX Runtime, and nothing that training needs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
