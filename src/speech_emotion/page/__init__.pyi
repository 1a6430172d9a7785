from . import runtime
from .about import LONGEST_CLIP, about
from .serve import served
from .write import Written, write

__all__ = ["LONGEST_CLIP", "Written", "about", "runtime", "served", "write"]
