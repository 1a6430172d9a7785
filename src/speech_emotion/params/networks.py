"""Settings of the networks: one group for each, of which `train_cnn.model` names the one in use."""

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from pydantic import create_model

from speech_emotion.params.base import Section

# A network's settings stand beside its architecture, in a module that this one finds by name: a new network is a new
# module and its lines in params.yaml. Networks lie above settings, so that nothing is imported from them but this.
_PACKAGE = importlib.import_module("speech_emotion.networks")

NAMES = tuple(sorted(module.name for module in pkgutil.iter_modules(_PACKAGE.__path__)))
"""The networks that there are."""


class _Networks(Section):
    def of(self, name: str) -> Section:
        """Give the settings of one network, one of `NAMES`."""
        settings: Section = getattr(self, name)
        return settings


def settings_of(name: str) -> type[Section]:
    """Find the schema of a network's settings.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Examples
    --------
    >>> list(settings_of("cnn").model_fields)[:2]
    ['filters', 'kernel_size']
    """
    schema: type[Section] = importlib.import_module(f"{_PACKAGE.__name__}.{name}").Settings
    return schema


if TYPE_CHECKING:
    Networks = _Networks
else:
    _FIELDS: dict[str, Any] = {name: (settings_of(name), ...) for name in NAMES}
    Networks = create_model(
        "Networks", __base__=_Networks, __module__=__name__, __doc__="Settings of every network, by name.", **_FIELDS)
