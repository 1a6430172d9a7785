"""Where the work of a stage is done: a setting of more than one."""

from typing import Annotated

from pydantic import AfterValidator


def _address(value: str) -> str:
    if value and "://" not in value:
        raise ValueError("must be empty (this machine) or a Dask scheduler's address such as tcp://host:8786")
    return value


Scheduler = Annotated[str, AfterValidator(_address)]
"""Address of a Dask scheduler whose workers do it; "" for this machine."""
