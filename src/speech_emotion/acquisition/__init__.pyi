from . import download, validate
from .archives import unpack
from .sources import RemoteFile, remote_files, total_bytes
from .validate import Completeness, describe

__all__ = ["Completeness", "RemoteFile", "describe", "download", "remote_files", "total_bytes", "unpack", "validate"]
