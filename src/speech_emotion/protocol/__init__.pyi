from . import guard, labels, splits
from .groups import clip_groups, speaker_groups
from .guard import SPEAKER_DEPENDENT
from .labels import SCHEMES
from .lists import list_path, read_list
from .splits import PROTOCOLS, count_parts

__all__ = [
    "PROTOCOLS", "SCHEMES", "SPEAKER_DEPENDENT", "clip_groups", "count_parts", "guard", "labels", "list_path",
    "read_list", "speaker_groups", "splits",
]
