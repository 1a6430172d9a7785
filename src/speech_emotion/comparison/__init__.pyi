from . import alignment, seeds, sources, tables
from .differences import compare

__all__ = ["alignment", "compare", "seeds", "sources", "tables"]
