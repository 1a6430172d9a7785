"""EMO-DB, the Berlin Database of Emotional Speech: ten German actors, ten sentences, seven emotions."""

import re
from pathlib import PurePosixPath

from speech_emotion.corpora.base import Archive, Clip, Corpus, Speaker, Unfit, needs_only_paths

# Citation
CITATION = (
    "Burkhardt, F., Paeschke, A., Rolfes, M., Sendlmeier, W., & Weiss, B. (2005). A database of German emotional "
    "speech. Proc. Interspeech 2005, 1517-1520. doi:10.5281/zenodo.7447302"
)

# Licence
LICENCE = "CC BY 4.0"

# Source and checksum, as given by the Zenodo record
SOURCE = Archive(
    url="https://zenodo.org/records/7447302/files/emodb.zip",
    checksum="md5:9d21362dbc5676ef3ab4745d83ced0db",
)

# What it holds
SPEAKERS = {
    "03": Speaker("male", 31),
    "08": Speaker("female", 34),
    "09": Speaker("female", 21),
    "10": Speaker("male", 32),
    "11": Speaker("male", 26),
    "12": Speaker("male", 30),
    "13": Speaker("female", 32),
    "14": Speaker("female", 35),
    "15": Speaker("male", 25),
    "16": Speaker("female", 31),
}
NATIVE = {
    "W": "Wut",
    "L": "Langeweile",
    "E": "Ekel",
    "A": "Angst",
    "F": "Freude",
    "T": "Trauer",
    "N": "neutral",
}
LABELS = {
    "Wut": "anger",
    "Langeweile": "boredom",
    "Ekel": "disgust",
    "Angst": "fear",
    "Freude": "happiness",
    "Trauer": "sadness",
    "neutral": "neutral",
}
STATEMENTS = {
    "a01": "Der Lappen liegt auf dem Eisschrank",
    "a02": "Das will sie am Mittwoch abgeben",
    "a04": "Heute abend könnte ich es ihm sagen",
    "a05": "Das schwarze Stück Papier befindet sich da oben neben dem Holzstück",
    "a07": "In sieben Stunden wird es soweit sein",
    "b01": "Was sind denn das für Tüten, die da unter dem Tisch stehen?",
    "b02": "Sie haben es gerade hochgetragen und jetzt gehen sie wieder runter",
    "b03": "An den Wochenenden bin ich jetzt immer nach Hause gefahren und habe Agnes besucht",
    "b09": "Ich will das eben wegbringen und dann mit Karl was trinken gehen",
    "b10": "Die wird auf dem Platz sein, wo wir sie immer hinlegen",
}

# Known defects: four files carry a `PAD ` chunk before `data` (harmless); all clips are peak-normalised, so that
# loudness says nothing.

# Naming scheme: speaker (2 digits), sentence (letter and 2 digits), emotion (the German word's first letter),
# version (letter), as in 03a01Fa.
_NAME = re.compile(r"(?P<speaker>\d\d)(?P<sentence>[ab]\d\d)(?P<emotion>[a-z])(?P<version>[a-z])", re.IGNORECASE)


def parse(path: PurePosixPath) -> Clip | Unfit | None:
    """Read what a file's name says; see `base.Parser`."""
    match = _NAME.fullmatch(path.stem)
    if not match:
        return None
    speaker, sentence, code = match["speaker"], match["sentence"].lower(), match["emotion"].upper()
    if code not in NATIVE:
        return Unfit("unknown-label", f"emotion '{code}' is none of {', '.join(NATIVE)}")
    if speaker not in SPEAKERS:
        return Unfit("speaker-at-odds", f"the name says speaker {speaker}, who is none of {', '.join(SPEAKERS)}")
    who = SPEAKERS[speaker]
    return Clip(
        label=LABELS[NATIVE[code]], native_label=NATIVE[code], speaker=speaker, sex=who.sex, age=who.age, language="de",
        statement=STATEMENTS.get(sentence, sentence), repetition=ord(match["version"].lower()) - ord("a") + 1,
    )


make_parser = needs_only_paths(parse)

CORPUS = Corpus(
    name="emodb",
    title="EMO-DB",
    homepage="http://emodb.bilderbar.info",
    citation=CITATION,
    licence=LICENCE,
    redistributable=True,
    how_to_get="ser download emodb",
    make_parser=make_parser,
    labels=LABELS,
    speakers=SPEAKERS,
    num_clips=535,
    sample_rate=16_000,
    channels=1,
    source=SOURCE,
)
