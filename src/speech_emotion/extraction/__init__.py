"""Who computes features, and where.

`run` goes from a manifest to a store; `worker` is what runs in other processes, which `pool` provides; `cache` holds
what was computed before, by the `fingerprint` of what decided it, in `shards`.
"""
