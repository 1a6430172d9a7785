from .choice import ChosenClip, by_names, from_id, one_per_value
from .clips import Look, from_file
from .page import write_page
from .picture import write_png

__all__ = ["ChosenClip", "Look", "by_names", "from_file", "from_id", "one_per_value", "write_page", "write_png"]
