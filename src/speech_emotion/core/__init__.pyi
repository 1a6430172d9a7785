from .console import errors_for_people
from .errors import UserError
from .files import remove_unfinished, replacing, shown

__all__ = ["UserError", "errors_for_people", "remove_unfinished", "replacing", "shown"]
