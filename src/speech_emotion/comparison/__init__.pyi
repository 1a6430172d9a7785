from . import alignment, sources, tables
from .compare import compare

__all__ = ["alignment", "compare", "sources", "tables"]
