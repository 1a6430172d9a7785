"""CREMA-D: 91 North American actors, twelve sentences, six emotions; labels as acted or as a crowd heard them."""

import csv
import re
from pathlib import Path, PurePosixPath
from typing import Literal

from speech_emotion.core.errors import UserError
from speech_emotion.corpora.base import Clip, Corpus, Extra, FilesAt, Parser, Speaker, Unfit

# Citation
CITATION = (
    "Cao, H., Cooper, D. G., Keutmann, M. K., Gur, R. C., Nenkova, A., & Verma, R. (2014). CREMA-D: Crowd-sourced "
    "emotional multimodal actors dataset. IEEE Trans. Affective Computing 5(4), 377-390. "
    "doi:10.1109/TAFFC.2014.2336244"
)

# Licence
LICENCE = "ODbL 1.0 (database), contents under DbCL 1.0"

# Source: the official repository keeps the audio in Git LFS; each file has an address of its own.
# Checksums: index/crema_d.parquet.
VOTES = "summaryTable.csv"
SOURCE = FilesAt(
    base="https://media.githubusercontent.com/media/CheyneyComputerScience/CREMA-D/master/",
    extras=(
        Extra(
            url="https://raw.githubusercontent.com/CheyneyComputerScience/CREMA-D/master/processedResults/" + VOTES,
            path=VOTES,
            checksum="sha256:fb0e382700d32c0d9adc0c6815292215a36bcf912f2657048862c91e3bd2b317",
        ),
    ),
)

# What it holds. Sex and age of actors 1001 to 1091, from the repository's VideoDemographics.csv.
_DEMOGRAPHICS = """
m51 f21 f21 f42 m29 f58 f38 f46 f24 f27 m32 f23 f22 m24 m32 m61 m42 f25 m29 f61 f30 m22 m22 f59 f48
m33 m44 f57 f33 f42 m31 m30 m31 m74 m48 m49 f45 m21 m51 m42 m42 m37 f25 m40 m22 f22 f22 m38 f25 m62
m56 f33 f35 f36 f57 f52 m25 f36 m21 f28 f51 m56 f33 m53 m38 m25 m66 m34 m27 m25 m41 f33 f24 f31 f40
f25 m20 f21 f21 m21 m30 f20 m45 f46 m34 m33 m62 m23 f24 m50 f29
"""
SPEAKERS = {
    str(1001 + i): Speaker("male" if entry[0] == "m" else "female", int(entry[1:]))
    for i, entry in enumerate(_DEMOGRAPHICS.split())
}
LABELS = {
    "ANG": "anger",
    "DIS": "disgust",
    "FEA": "fear",
    "HAP": "happiness",
    "NEU": "neutral",
    "SAD": "sadness",
}
STATEMENTS = {
    "IEO": "It's eleven o'clock",
    "TIE": "That is exactly what happened",
    "IOM": "I'm on my way to the meeting",
    "IWW": "I wonder what this is about",
    "TAI": "The airplane is almost full",
    "MTI": "Maybe tomorrow it will be cold",
    "IWL": "I would like a new alarm clock",
    "ITH": "I think I have a doctor's appointment",
    "DFA": "Don't forget a jacket",
    "ITS": "I think I've seen this before",
    "TSI": "The surface is slick",
    "WSI": "We'll stop in a couple of minutes",
}
INTENSITIES = {"LO": "low", "MD": "medium", "HI": "high", "XX": None, "X": None}

# Known defects: 1076_MTI_SAD_XX is digital silence; three pairs of files are one recording under two labels; some
# old copies spell 1040_ITH_SAD_X; a zip of the repository holds Git LFS pointers instead of audio.

# Naming scheme: actor_sentence_emotion_intensity, as in 1001_IEO_ANG_HI; intensity was asked for in one sentence.
_NAME = re.compile(r"(?P<actor>1\d{3})[-_ ](?P<sentence>[a-z]{3})[-_ ](?P<emotion>[a-z]{3})[-_ ]"
                   r"(?P<intensity>LO|MD|HI|XX?)", re.IGNORECASE)

Listening = Literal["acted", "voice", "face", "multimodal"]
_COLUMNS = {"voice": "VoiceVote", "face": "FaceVote", "multimodal": "MultiModalVote"}


def make_parser(root: Path, *, label: Listening = "acted") -> Parser:
    """Give the parser, with the label as acted or as the crowd voted.

    Parameters
    ----------
    root : Path
        Folder that holds `VOTES`, at any depth; only read if `label` is not "acted".
    label : str
        "acted": what the actor was asked for; "voice", "face", "multimodal": what most raters perceived from the
        sound, the silent video, or both.

    Raises
    ------
    UserError
        If the votes are needed and missing or unreadable.
    """
    votes = None if label == "acted" else _read_votes(root, _COLUMNS[label])

    def parse(path: PurePosixPath) -> Clip | Unfit | None:
        match = _NAME.fullmatch(path.stem)
        if not match:
            return None
        actor, sentence, code = match["actor"], match["sentence"].upper(), match["emotion"].upper()
        if code not in LABELS:
            return Unfit("unknown-label", f"emotion '{code}' is none of {', '.join(LABELS)}")
        if actor not in SPEAKERS:
            return Unfit("speaker-at-odds", f"the name says actor {actor}, who is not one of 1001 to 1091")
        intensity = match["intensity"].upper()
        if votes is not None:
            vote = votes.get(_key(match), "")
            if vote not in _CODES:
                return Unfit("unknown-label", f"the crowd's vote is a tie: {vote}" if vote else "the crowd has no vote")
            code = _CODES[vote]
        who = SPEAKERS[actor]
        return Clip(
            label=LABELS[code], native_label=code, speaker=actor, sex=who.sex, age=who.age, language="en",
            statement=STATEMENTS.get(sentence, sentence), intensity=INTENSITIES[intensity],
        )

    return parse


_CODES = {code[0]: code for code in LABELS}


def _key(match: re.Match[str] | None) -> tuple[str, ...]:
    if match is None:
        raise KeyError("a name that is none of CREMA-D's")
    return tuple(part.upper().replace("XX", "X") for part in match.groups())


def _read_votes(root: Path, column: str) -> dict[tuple[str, ...], str]:
    table = next(iter(sorted(root.rglob(VOTES))), None)
    if table is None:
        raise UserError(f"{root}: {VOTES} (the crowd's votes) is missing; get it from {SOURCE.extras[0].url} "
                        f"or with `ser download crema_d`, or set ingest.crema_d_label to acted")
    with table.open(encoding="utf-8", newline="") as file:
        try:
            return {_key(_NAME.fullmatch(row["FileName"])): row[column] for row in csv.DictReader(file)}
        except (KeyError, UnicodeDecodeError, TypeError, csv.Error) as error:
            raise UserError(f"{table}: is not the crowd's votes as published ({error})") from error


CORPUS = Corpus(
    name="crema_d",
    title="CREMA-D",
    homepage="https://github.com/CheyneyComputerScience/CREMA-D",
    citation=CITATION,
    licence=LICENCE,
    redistributable=True,
    how_to_get="ser download crema_d",
    make_parser=make_parser,
    labels=LABELS,
    speakers=SPEAKERS,
    num_clips=7442,
    sample_rate=16_000,
    channels=1,
    source=SOURCE,
    aliases=("crema",),
)
