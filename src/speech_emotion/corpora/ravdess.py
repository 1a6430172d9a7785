"""RAVDESS: 24 North American actors, two statements, eight emotions; speech, and song as an option."""

import re
from itertools import product
from pathlib import Path, PurePosixPath

from speech_emotion.corpora.base import Archive, Clip, Corpus, Parser, Published, Speaker, Unfit, at_odds, nearest

# Citation
CITATION = (
    "Livingstone, S. R., & Russo, F. A. (2018). The Ryerson Audio-Visual Database of Emotional Speech and Song "
    "(RAVDESS). PLoS ONE 13(5): e0196391. doi:10.1371/journal.pone.0196391"
)

# Licence
LICENCE = "CC BY-NC-SA 4.0 (no commercial use)"

# Source and checksum, as given by the Zenodo record
SOURCE = Archive(
    url="https://zenodo.org/records/1188976/files/Audio_Speech_Actors_01-24.zip",
    checksum="md5:bc696df654c87fed845eb13823edef8a",
    bytes=208_468_073,
)

# What it holds. Ages are published as a range only (21 to 33). Odd actors are male.
SPEAKERS = {f"{actor:02}": Speaker(sex="male" if actor % 2 else "female") for actor in range(1, 25)}
NATIVE = {
    "01": "neutral",
    "02": "calm",
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fearful",
    "07": "disgust",
    "08": "surprised",
}
LABELS = {
    "neutral": "neutral",
    "calm": "calm",
    "happy": "happiness",
    "sad": "sadness",
    "angry": "anger",
    "fearful": "fear",
    "disgust": "disgust",
    "surprised": "surprise",
}
STATEMENTS = {"01": "Kids are talking by the door", "02": "Dogs are sitting by the door"}
INTENSITIES = {"01": "normal", "02": "strong"}

# Known defects of real copies: a stray clip of actor 02 in Actor_05 (its bytes are another clip of actor 05), one
# recording of actor 07 under two repetitions, nine files at 22,050 Hz, a few in stereo, a second copy of all
# folders one level down.

# Naming scheme: modality-channel-emotion-intensity-statement-repetition-actor, two digits each; channel 01 is
# speech, 02 song. Real copies use other separators too.
_NAME = re.compile(r"0[1-3][-_ ](?P<channel>0[12])[-_ ](?P<emotion>\d\d)[-_ ](?P<intensity>0[12])[-_ ]"
                   r"(?P<statement>0[12])[-_ ](?P<repetition>\d\d)[-_ ](?P<actor>\d\d)")
_FOLDER = re.compile(r"actor[-_ ]?(\d{1,2})", re.IGNORECASE)


def make_parser(root: Path, *, song: bool = False) -> Parser:
    """Give the parser, which leaves sung clips alone unless `song`."""

    def parse(path: PurePosixPath) -> Clip | Unfit | None:
        match = _NAME.fullmatch(path.stem)
        if not match:
            return None
        actor, native = match["actor"], NATIVE.get(match["emotion"])
        if match["channel"] == "02" and not song:
            return Unfit("not-selected", "a sung clip")
        if native is None:
            return Unfit("unknown-label", f"emotion '{match['emotion']}' is none of 01 to 08")
        if actor not in SPEAKERS:
            return Unfit("speaker-at-odds", f"the name says actor {actor}, and there are 24")
        return at_odds(actor, nearest(path, _actor_of_folder)) or Clip(
            label=LABELS[native], native_label=native, speaker=actor, sex=SPEAKERS[actor].sex, language="en",
            statement=STATEMENTS[match["statement"]] + (" (sung)" if match["channel"] == "02" else ""),
            intensity=INTENSITIES[match["intensity"]], repetition=int(match["repetition"]),
        )

    return parse


def _actor_of_folder(name: str) -> str | None:
    match = _FOLDER.fullmatch(name)
    return match[1].zfill(2) if match else None


def published() -> list[Published]:
    """List the 1,440 speech clips: every combination there is, except strong neutral."""
    return [
        Published(f"Actor_{actor}/03-01-{emotion}-{intensity}-{statement}-{repetition}-{actor}.wav", None, None)
        for actor, emotion, intensity, statement, repetition
        in product(SPEAKERS, NATIVE, INTENSITIES, STATEMENTS, ("01", "02"))
        if not (emotion == "01" and intensity == "02")
    ]


CORPUS = Corpus(
    name="ravdess",
    title="RAVDESS, speech",
    homepage="https://zenodo.org/records/1188976",
    citation=CITATION,
    licence=LICENCE,
    redistributable=False,
    excerpts=True,  # non-commercial, with attribution and under the same licence
    how_to_get="ser download ravdess",
    make_parser=make_parser,
    labels=LABELS,
    speakers=SPEAKERS,
    num_clips=1440,
    sample_rate=48_000,
    channels=1,
    published=published,
    source=SOURCE,
)
