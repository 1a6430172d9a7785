"""SAVEE: four English men, 15 sentences per emotion (30 neutral), seven emotions."""

import re
from pathlib import PurePosixPath

from speech_emotion.corpora.base import Clip, Corpus, Speaker, Unfit, at_odds, nearest, needs_only_paths

# Citation
CITATION = (
    "Haq, S., & Jackson, P. J. B. (2010). Multimodal emotion recognition. In W. Wang (Ed.), Machine Audition: "
    "Principles, Algorithms and Systems, 398-423. IGI Global. doi:10.4018/978-1-61520-919-4.ch017"
)

# Licence
LICENCE = "free for research after registration; may not be redistributed"

# Source: by registration alone. Checksums: index/savee.parquet.
HOW_TO_GET = (
    "register at http://kahlan.eps.surrey.ac.uk/savee/, unpack AudioData so that the folders DC, JE, JK and KL lie in "
    "data/raw/savee, then run: ser validate data/raw/savee"
)

# What it holds. Ages are published as a range only (27 to 31).
SPEAKERS = {name: Speaker("male") for name in ("dc", "je", "jk", "kl")}
NATIVE = {
    "a": "anger",
    "d": "disgust",
    "f": "fear",
    "h": "happiness",
    "n": "neutral",
    "sa": "sadness",
    "su": "surprise",
}
LABELS = {label: label for label in NATIVE.values()}

# Known defects: many clips are clipped; the same names occur in every speaker's folder.

# Naming scheme: DC/a01 or, in flat copies, DC_a01.
_NAME = re.compile(r"((?P<speaker>DC|JE|JK|KL)[-_ ]?)?(?P<emotion>sa|su|[a-z])(?P<sentence>\d\d)", re.IGNORECASE)
_FOLDER = re.compile(r"(DC|JE|JK|KL)", re.IGNORECASE)

_COMMON = 3
"""Sentences that all emotions have."""
_REPEATED = (19, ("a", "d", "f", "su", "sa", "h"), (4, 5))
"""From which neutral sentence on the emotions' own ones recur, in which order of the emotions, and which they are."""


def sentence(code: str, number: int) -> str:
    """Say which sentence a number stands for, alike for all emotions that have it.

    The authors say (SAVEE's page "Database") that each emotion has 15 sentences of TIMIT, 3 that are common to all, 2
    of its own and 10 others, and that neutral has the 3 common ones, the 12 of the six emotions, and 15 others. They do
    not say which number is which. That 01 to 03 are the common ones, 04 and 05 the emotion's own, and that these recur
    as n19 to n30 in the order of `_REPEATED`, is inferred: the sentences that the authors quote stand at these places
    in the list of MEAD (Wang et al. 2020, doi:10.1007/978-3-030-58589-1_42), and the lengths of the published files
    agree: of all 720 orders at all places this one fits best (tests/corpora/test_savee.py). Nobody has listened.
    Whether two of the other sentences agree is not known; the authors say that they differ.

    Parameters
    ----------
    code : str
        Of the emotion, a key of `NATIVE`.
    number : int
        From the file's name.

    Returns
    -------
    str
        "common01" to "common03"; else emotion and number, for repeated sentences those of the emotion that owns it.

    Examples
    --------
    >>> sentence("su", 2), sentence("h", 12), sentence("n", 18), sentence("n", 19)
    ('common02', 'h12', 'n18', 'a04')
    """
    first, emotions, own = _REPEATED
    if 1 <= number <= _COMMON:
        return f"common{number:02d}"
    if code == "n" and first <= number < first + len(emotions) * len(own):
        emotion, which = divmod(number - first, len(own))
        code, number = emotions[emotion], own[which]
    return f"{code}{number:02d}"


def parse(path: PurePosixPath) -> Clip | Unfit | None:
    """Read what a file's name says; see `base.Parser`."""
    match = _NAME.fullmatch(path.stem)
    if not match:
        return None
    folder = nearest(path, _speaker_of_folder)
    speaker = (match["speaker"] or "").lower() or folder
    if speaker is None:  # names such as a01 are too common to be SAVEE's outside its folders
        return None
    code = match["emotion"].lower()
    if code not in NATIVE:
        return Unfit("unknown-label", f"emotion '{code}' is none of {', '.join(NATIVE)}")
    return at_odds(speaker, folder) or Clip(
        label=LABELS[NATIVE[code]], native_label=NATIVE[code], speaker=speaker, sex=SPEAKERS[speaker].sex,
        language="en", statement=sentence(code, int(match["sentence"])),
    )


def _speaker_of_folder(name: str) -> str | None:
    match = _FOLDER.fullmatch(name)
    return match[1].lower() if match else None


make_parser = needs_only_paths(parse)

CORPUS = Corpus(
    name="savee",
    title="SAVEE",
    homepage="http://kahlan.eps.surrey.ac.uk/savee/",
    citation=CITATION,
    licence=LICENCE,
    redistributable=False,
    how_to_get=HOW_TO_GET,
    make_parser=make_parser,
    labels=LABELS,
    speakers=SPEAKERS,
    num_clips=480,
    sample_rate=44_100,
    channels=1,
)
