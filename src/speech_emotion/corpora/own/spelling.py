"""Labels that are one of the common vocabulary in other letters: "HAPPY", "surprised", "ang"."""

import re
from collections.abc import Mapping

from speech_emotion.corpora.base import VOCABULARY

FORMS: Mapping[str, tuple[str, ...]] = {
    "anger": ("angry", "angriness", "ang"),
    "boredom": ("bored", "boring", "bor"),
    "calm": ("calmness", "cal"),
    "disgust": ("disgusted", "disgusting", "digust", "dis"),
    "fear": ("fearful", "fearfull", "fearfulness", "fea"),
    "happiness": ("happy", "happyness", "hapiness", "hap"),
    "neutral": ("neutrality", "neut", "neu"),
    "sadness": ("sad",),
    "surprise": ("surprised", "surprising", "suprise", "suprised", "surprize", "pleasant surprise",
                 "pleasant surprised", "pleasantly surprised", "sur"),
}
"""Of each label, other forms of the same word, common misspellings and the three letters that many corpora use.

No synonyms: whether joy is happiness is for the user to say.
"""

_KNOWN = {form: label for label in VOCABULARY for form in (label, *FORMS[label])}


def known_as(label: str) -> str | None:
    """Find the label of `corpora.base.VOCABULARY` that is spelt so.

    Parameters
    ----------
    label : str
        In any case, with any separators.

    Returns
    -------
    str or None
        None if there is no known likeness.

    Examples
    --------
    >>> known_as("HAPPY"), known_as("pleasant_surprise"), known_as("frustrated")
    ('happiness', 'surprise', None)
    """
    return _KNOWN.get(plain(label))


def plain(label: str) -> str:
    """Bring a label to lower case, with single blanks between its words.

    Examples
    --------
    >>> plain(" Pleasant-Surprise")
    'pleasant surprise'
    """
    return re.sub(r"[\W_]+", " ", label.casefold()).strip()
