from . import fingerprint
from .cache import Cache
from .run import Summary, clip_files, extract
from .worker import ClipFile

__all__ = ["Cache", "ClipFile", "Summary", "clip_files", "extract", "fingerprint"]
