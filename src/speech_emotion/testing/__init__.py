"""Small corpora on disk, for tests of this project and of what is built on it.

`tone` makes every sound that the tests need, from a pure sine to something like a voice; `write_samples`,
`write_clip` and `write_encoded` put it into a file, and `make_corpus` makes many that are named as a corpus's authors
name theirs.
The same call gives the same bytes.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
