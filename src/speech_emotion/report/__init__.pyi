from . import figures, write

__all__ = ["figures", "write"]
