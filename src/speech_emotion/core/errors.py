"""The one exception that users are meant to see."""


class UserError(Exception):
    """Something that the user can put right.

    The message says what is wrong, where, and what to do. Stage scripts and the `ser` command print it
    alone, without a traceback, and exit with status 1.
    """
