"""TESS: two Canadian actresses, 200 words after "Say the word", seven emotions."""

import re
from pathlib import PurePosixPath

from speech_emotion.corpora.base import Clip, Corpus, Dataverse, Speaker, Unfit, at_odds, nearest, needs_only_paths

# Citation
CITATION = (
    "Pichora-Fuller, M. K., & Dupuis, K. (2020). Toronto emotional speech set (TESS). Borealis, V1. "
    "doi:10.5683/SP2/E8H2MF"
)

# Licence
LICENCE = "CC BY-NC-ND 4.0 (no commercial use, no derivatives)"

# Source: Borealis gives every file an address of its own, listed by its dataset record (see `download`).
# Checksums: index/tess.parquet.
SOURCE = Dataverse(server="https://borealisdata.ca", doi="doi:10.5683/SP2/E8H2MF")

# What it holds
SPEAKERS = {"oaf": Speaker("female", 64), "yaf": Speaker("female", 26)}
NATIVE = {
    "angry": "angry",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happy",
    "neutral": "neutral",
    "ps": "pleasant surprise",
    "sad": "sad",
}
LABELS = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "pleasant surprise": "surprise",
    "sad": "sadness",
}

# Known defects: YAF_germ_angry and YAF_neat_fear are AIFF-C inside .wav (readable), OAF_food_fear is 96 kHz,
# OA_bite_neutral has the wrong speaker prefix, folders are spelt differently for the two speakers, and one common
# re-upload nests a second full copy.
SLIPS = {"OAF_neutral/OA_bite_neutral.wav": "OAF_neutral/OAF_bite_neutral.wav"}

# Naming scheme: speaker_word_emotion, as in OAF_back_fear. Copies of single folders give "pleasant surprise" in full.
_NAME = re.compile(r"(?P<speaker>[a-z]{2,3})[-_ ](?P<word>[a-z]+)[-_ ]"
                   r"(?P<emotion>angry|disgust|fear|happy|neutral|ps|sad|pleasant[-_ ]?surprised?)", re.IGNORECASE)
_FOLDER = re.compile(r"(OAF|YAF)([-_ ].*)?", re.IGNORECASE)


def parse(path: PurePosixPath) -> Clip | Unfit | None:
    """Read what a file's name says; see `base.Parser`."""
    match = _NAME.fullmatch(path.stem)
    if not match:
        return None
    speaker, code = match["speaker"].lower(), match["emotion"].lower()
    native = NATIVE["ps" if code.startswith("p") else code]
    unfit = at_odds(speaker, nearest(path, _speaker_of_folder))
    if unfit:
        return unfit
    if speaker not in SPEAKERS:
        return Unfit("speaker-at-odds", f"the name says speaker {speaker}, who is neither oaf nor yaf")
    who = SPEAKERS[speaker]
    return Clip(
        label=LABELS[native], native_label=native, speaker=speaker, sex=who.sex, age=who.age, language="en",
        statement=match["word"].lower(),
    )


def _speaker_of_folder(name: str) -> str | None:
    match = _FOLDER.fullmatch(name)
    return match[1].lower() if match else None


make_parser = needs_only_paths(parse)

CORPUS = Corpus(
    name="tess",
    title="TESS",
    homepage="https://doi.org/10.5683/SP2/E8H2MF",
    citation=CITATION,
    licence=LICENCE,
    redistributable=False,
    excerpts=False,  # no derivatives: nothing that was cut
    how_to_get="ser download tess",
    make_parser=make_parser,
    labels=LABELS,
    speakers=SPEAKERS,
    num_clips=2800,
    sample_rate=24_414,
    channels=1,
    slips=SLIPS,
    source=SOURCE,
    aliases=("TESS Toronto emotional speech set data",),
)
