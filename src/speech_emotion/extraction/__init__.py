"""Who computes features, and where: run, worker, pool, cache, fingerprint."""
