from . import alignment, sources, tables
from .differences import compare

__all__ = ["alignment", "compare", "sources", "tables"]
