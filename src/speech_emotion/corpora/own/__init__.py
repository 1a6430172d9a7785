"""A user's own corpora: what a description says, by a table or by what paths look like, and how labels are spelt.

A description is `params.ingest.Description`. Here it becomes a `Corpus`, beside those of the registry.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
