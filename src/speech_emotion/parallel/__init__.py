"""Where work is done: in several processes of this machine, or on a Dask cluster.

What the work is, its callers know. `workers` says how many processes, `start` how one is started, `pool` keeps some
that take one small task after another, `child` starts one for a single long task, `cluster` finds a Dask scheduler.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
