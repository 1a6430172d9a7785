from .console import end_on_interrupt, errors_for_people
from .errors import UserError
from .files import remove_unfinished, replacing, shown

__all__ = ["UserError", "end_on_interrupt", "errors_for_people", "remove_unfinished", "replacing", "shown"]
