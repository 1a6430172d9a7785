"""The embedded corpus: acted speech rendered by a speech synthesiser. Its numbers are always called synthetic."""

import re
from pathlib import PurePosixPath

from speech_emotion.corpora.artificial import SYNTHETIC
from speech_emotion.corpora.base import Clip, Corpus, Sex, Unfit, at_odds, nearest, needs_only_paths

# Citation: the acoustic correlates it follows are cited where it is made (the stage `synthesize`).
# Licence: rendered with eSpeak NG, whose output carries no licence of its own.
# Source: `dvc repro demo/dvc.yaml`; the same seed gives the same bytes.

LABELS = {
    "ang": "anger",
    "dis": "disgust",
    "fea": "fear",
    "hap": "happiness",
    "neu": "neutral",
    "sad": "sadness",
}

# Naming scheme: <speaker>_<sentence>_<emotion>_<take>, as in syn01f/syn01f_s03_ang_1.wav; the speaker's last
# letter is the sex.
_NAME = re.compile(r"syn(?P<speaker>\d{2,}[fm])_(?P<sentence>s\d+)_(?P<emotion>[a-z]{3})_(?P<take>\d+)", re.IGNORECASE)
_FOLDER = re.compile(r"syn(\d{2,}[fm])", re.IGNORECASE)


def parse(path: PurePosixPath) -> Clip | Unfit | None:
    """Read what a file's name says; see `base.Parser`."""
    match = _NAME.fullmatch(path.stem)
    if not match:
        return None
    speaker, code = match["speaker"].lower(), match["emotion"].lower()
    if code not in LABELS:
        return Unfit("unknown-label", f"emotion '{code}' is none of {', '.join(LABELS)}")
    sex: Sex = "female" if speaker.endswith("f") else "male"
    return at_odds(speaker, nearest(path, _speaker_of_folder)) or Clip(
        label=LABELS[code], native_label=code, speaker=speaker, sex=sex, language="en",
        statement=match["sentence"].lower(), repetition=int(match["take"]),
    )


def _speaker_of_folder(name: str) -> str | None:
    match = _FOLDER.fullmatch(name)
    return match[1].lower() if match else None


make_parser = needs_only_paths(parse)

CORPUS = Corpus(
    name=SYNTHETIC,
    title="Synthetic acted speech (embedded)",
    citation="This project; rendered with eSpeak NG.",
    licence="MIT, as this project",
    redistributable=True,
    how_to_get="dvc repro demo/dvc.yaml",
    make_parser=make_parser,
    labels=LABELS,
    channels=1,
)
