"""How well people recognise a corpus's emotions, where its authors say. Of the project it imports nothing.

Evaluation asks it, and knows no corpus else.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Human(NamedTuple):
    """What listeners achieve who hear a clip and see nothing."""

    accuracy: float
    """Share of answers that are the acted emotion, over all clips of the corpus."""
    labels: int
    """How many emotions there are to choose from."""
    source: str
    """Where that is published."""


HUMAN: Mapping[str, Human] = {
    "ravdess": Human(0.624, 8, "Livingstone & Russo (2018), doi:10.1371/journal.pone.0196391"),
    "crema_d": Human(0.409, 6, "Cao et al. (2014), doi:10.1109/TAFFC.2014.2336244"),
    "savee": Human(0.665, 7, "Haq & Jackson (2010), doi:10.4018/978-1-61520-919-4.ch017"),
}
"""By corpus."""
