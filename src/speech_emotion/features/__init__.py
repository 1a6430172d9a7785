"""Audio to feature frames: what is computed, the memo of what was, the store that training reads.

`compute` turns samples into a matrix; `signal` and `views` prepare the samples; `extract` runs both over a
manifest, on several processes or on a Dask cluster, reusing what `memo` holds; `store` is what it leaves.
"""
