"""Who computes features, and where.

`run` goes from a manifest to a store; `worker` is what runs in other processes, started by the package `parallel`;
`cache` holds what was computed before, by the `fingerprint` of what decided it, in `shards`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
