"""Index files of the corpora; see `corpora.published`."""
