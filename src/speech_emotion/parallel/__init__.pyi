from .child import Died, Stopped, in_child
from .cluster import connected
from .pool import here, processes
from .start import warm_up
from .workers import Purpose, local_workers

__all__ = ["Died", "Purpose", "Stopped", "connected", "here", "in_child", "local_workers", "processes", "warm_up"]
