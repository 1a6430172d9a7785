from . import runtime
from .description import LONGEST_CLIP, about
from .serve import served
from .folder import Written, write

__all__ = ["LONGEST_CLIP", "Written", "about", "runtime", "served", "write"]
