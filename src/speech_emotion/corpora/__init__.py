"""The corpora: one module each, all with the same rooms in the same order.

Citation, licence, source and checksum, what the corpus holds, known defects, naming scheme, parser. The list of
them is in `registry`; what a module has to provide is in `base`. How to add one: docs/corpora.md.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
