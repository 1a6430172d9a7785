from . import guard, labels, splits
from .contents import count_parts, remarks
from .groups import clip_groups, speaker_groups
from .guard import SPEAKER_DEPENDENT
from .labels import SCHEMES
from .lists import list_path, read_list
from .planning import Plan, plan
from .splits import PROTOCOLS

__all__ = [
    "PROTOCOLS", "SCHEMES", "SPEAKER_DEPENDENT", "Plan", "clip_groups", "count_parts", "guard", "labels", "list_path",
    "plan", "read_list", "remarks", "speaker_groups", "splits",
]
