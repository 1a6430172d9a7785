from . import runtime
from .description import about
from .folder import Written, write
from .serve import served

__all__ = ["Written", "about", "runtime", "served", "write"]
