from .collect import FILE, check_name, described_corpora
from .described import from_description
from .spelling import known_as

__all__ = ["FILE", "check_name", "described_corpora", "from_description", "known_as"]
