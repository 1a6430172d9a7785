from ..features.conftest import _own_memo, corpus  # noqa: F401
