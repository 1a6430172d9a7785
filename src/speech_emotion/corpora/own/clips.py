"""From what a table's row or a path says to a `Clip`, by a description."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from speech_emotion.corpora.base import VOCABULARY, Clip, Sex
from speech_emotion.corpora.own.spelling import known_as
from speech_emotion.params.ingest import Description, Person

UNKNOWN_SPEAKER = "unknown"
"""Speaker of every clip for which nothing tells one: one for all, so that no split can take two of them apart."""
SEXES: Mapping[str, Sex] = {
    "f": "female", "female": "female", "w": "female", "woman": "female", "weiblich": "female",
    "m": "male", "male": "male", "man": "male", "männlich": "male",
}
"""How people write it, in lower case."""
_LARGEST = {"age": 130, "repetition": 32_767}


def make_clip(said: Mapping[str, str], path: str, description: Description) -> Clip:
    """Say what a clip is.

    Parameters
    ----------
    said : mapping of str to str
        From the names of attributes (`params.ingest.Attribute`) to what the row or path says; label is required.
    path : str
        The clip's, for `speaker_regex`.
    description : Description
        Of the corpus.

    Returns
    -------
    Clip

    Raises
    ------
    ValueError
        If a value cannot be used; the message says which, for people.

    Examples
    --------
    >>> about = Description(pattern="{label}/*", speaker_regex="(spk[0-9]+)", labels={"Wut": "anger"}, language="de")
    >>> make_clip({"label": "Wut"}, "Wut/spk3.wav", about)
    Clip(label='anger', native_label='Wut', speaker='spk3', sex=None, age=None, language='de', statement=None, \
intensity=None, repetition=None)
    >>> make_clip({"label": "Sad", "age": "old"}, "Sad/spk3.wav", about)
    Traceback (most recent call last):
    ValueError: age 'old' is not a number
    """
    speaker = _speaker(said, path, description)
    facts = {key.lower(): person for key, person in description.speakers.items()}.get(speaker, Person())
    sex = said.get("sex", "").lower()
    if sex and sex not in SEXES:
        raise ValueError(f"sex '{sex}' is none of {', '.join(SEXES)}, empty")
    age = _integer(said, "age")
    return Clip(
        label=label_of(said["label"], description.labels), native_label=said["label"], speaker=speaker,
        sex=SEXES[sex] if sex else facts.sex or description.sex, age=facts.age if age is None else age,
        language=said.get("language") or description.language, statement=said.get("statement"),
        intensity=said.get("intensity"), repetition=_integer(said, "repetition"),
    )


def label_of(native: str, labels: Mapping[str, str]) -> str:
    """Translate a corpus's own label.

    Parameters
    ----------
    native : str
        The corpus's own.
    labels : mapping of str to str
        What the user says of it; a label that is mapped to itself stays as it is.

    Returns
    -------
    str

    Examples
    --------
    >>> label_of("HAPPY", {}), label_of("Wut", {"Wut": "angry"}), label_of("sad", {"sad": "sad"})
    ('happiness', 'anger', 'sad')
    """
    if labels.get(native) == native:
        return native
    wanted = labels.get(native, native)
    return known_as(wanted) or wanted


def remarks(clips: Sequence[Clip], labels: Mapping[str, str]) -> list[str]:
    """Say how labels were read that the user has not translated.

    Parameters
    ----------
    clips : sequence of Clip
        Those taken.
    labels : mapping of str to str
        As in the description.

    Returns
    -------
    list of str
        A line each; none if all was as the user said.

    Examples
    --------
    >>> clips = [Clip("happiness", "HAPPY", "ann"), Clip("happiness", "HAPPY", "bob"), Clip("bliss", "bliss", "bob")]
    >>> for line in remarks(clips, {"Wut": "anger"}):
    ...     print(line)
    label HAPPY is taken as happiness (2 clips)
    label bliss is none of this project's, and is taken as it is (1 clip)
    `labels` names what no clip has: Wut
    """
    lines = []
    for (native, label), count in sorted(Counter((clip.native_label, clip.label) for clip in clips).items()):
        if native != label and native not in labels:
            lines.append(f"label {native} is taken as {label} ({_clips(count)})")
        elif label not in VOCABULARY and labels.get(native) != native:
            lines.append(f"label {label} is none of this project's, and is taken as it is ({_clips(count)})")
    if unused := sorted(set(labels) - {clip.native_label for clip in clips}):
        lines.append(f"`labels` names what no clip has: {', '.join(unused)}")
    speakers = {clip.speaker for clip in clips}
    if UNKNOWN_SPEAKER in speakers:
        count = sum(clip.speaker == UNKNOWN_SPEAKER for clip in clips)
        lines.append(f"no speaker is known of {_clips(count)}: all such count as one speaker's, so that no split can "
                     "take them apart")
    return lines


def _clips(count: int) -> str:
    return f"{count} clip{'s' if count > 1 else ''}"


def _speaker(said: Mapping[str, str], path: str, description: Description) -> str:
    if description.speaker_regex is not None:
        match = re.search(description.speaker_regex, path)
        if not match or not match[1]:
            raise ValueError(f"speaker_regex '{description.speaker_regex}' finds no speaker in it")
        return match[1].lower()
    return (said.get("speaker") or description.speaker or UNKNOWN_SPEAKER).lower()


def _integer(said: Mapping[str, str], attribute: str) -> int | None:
    if not said.get(attribute):
        return None
    try:
        number = int(float(said[attribute]))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{attribute} '{said[attribute]}' is not a number") from error
    if not 0 <= number <= _LARGEST[attribute]:
        raise ValueError(f"{attribute} {number} is not from 0 to {_LARGEST[attribute]}")
    return number
