"""How a timeline is written, by name or by a file's extension."""

import importlib
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing
from speech_emotion.prediction.timeline import annotations, documents
from speech_emotion.prediction.timeline.course import Timeline
from speech_emotion.prediction.timeline.segments import segments


class TimelineFormat(StrEnum):
    """How timelines are written."""

    CSV = "csv"
    JSON = "json"
    AUDACITY = "audacity"
    TEXTGRID = "textgrid"
    ELAN = "elan"
    WEBVTT = "webvtt"
    PNG = "png"
    HTML = "html"

    @classmethod
    def of(cls, path: Path | None) -> "TimelineFormat":
        """Choose what a file's extension says; CSV for any other.

        Examples
        --------
        >>> TimelineFormat.of(Path("a.TextGrid")), TimelineFormat.of(Path("a.txt")), TimelineFormat.of(None)
        (<TimelineFormat.TEXTGRID: 'textgrid'>, <TimelineFormat.AUDACITY: 'audacity'>, <TimelineFormat.CSV: 'csv'>)
        """
        extension = path.suffix.lower() if path else ""
        return next((form for form in cls if form.extension.lower() == extension), cls.CSV)

    @property
    def extension(self) -> str:
        """Of its files, with the dot."""
        return {"audacity": ".txt", "textgrid": ".TextGrid", "elan": ".eaf", "webvtt": ".vtt"}.get(self, f".{self}")

    @property
    def of_one(self) -> bool:
        """Whether a file holds one recording only."""
        return self not in (TimelineFormat.CSV, TimelineFormat.JSON)

    @property
    def printable(self) -> bool:
        """Whether it is text for a terminal or another program."""
        return self not in (TimelineFormat.PNG, TimelineFormat.HTML)


def load(form: TimelineFormat) -> None:
    """Load what a format takes, so that a library that is missing shows before hours are judged.

    Raises
    ------
    ModuleNotFoundError
        If one is.
    """
    if not form.printable:
        for library in ("matplotlib", "jinja2"):
            importlib.import_module(library)


def render(timelines: Sequence[Timeline], labels: Sequence[str], form: TimelineFormat, smooth: float) -> bytes:
    """Write timelines out.

    Parameters
    ----------
    timelines : sequence of Timeline
        All by the same model; exactly one where `TimelineFormat.of_one` says so.
    labels : sequence of str
        The model's classes.
    form : TimelineFormat
        How.
    smooth : float >= 0
        Over how many seconds probabilities are averaged; see `segments`.

    Returns
    -------
    bytes
        The same for the same timelines.
    """
    match form:
        case TimelineFormat.CSV:
            return documents.as_csv(timelines, labels, smooth).encode()
        case TimelineFormat.JSON:
            return documents.as_json(timelines, smooth).encode()
        case TimelineFormat.PNG:
            from speech_emotion.prediction.timeline.picture import as_png  # matplotlib takes long to load

            return as_png(timelines[0], smooth)
        case TimelineFormat.HTML:
            from speech_emotion.prediction.timeline.page import as_html

            return as_html(timelines[0], smooth).encode()
    made = segments(timelines[0], smooth)
    match form:
        case TimelineFormat.AUDACITY:
            text = annotations.as_audacity(made)
        case TimelineFormat.TEXTGRID:
            text = annotations.as_textgrid(made)
        case TimelineFormat.ELAN:
            text = annotations.as_elan(made, timelines[0].file)
        case TimelineFormat.WEBVTT:
            text = annotations.as_webvtt(made)
    return text.encode()


def target(file: str, folder: Path, form: TimelineFormat) -> Path:
    """Name what is written of a recording into a folder.

    Examples
    --------
    >>> target("audio/a.wav", Path("out"), TimelineFormat.ELAN)
    PosixPath('out/a.eaf')
    """
    return folder / f"{Path(file).stem if file != '-' else 'stdin'}{form.extension}"


def require_distinct(files: Sequence[str], folder: Path, form: TimelineFormat) -> None:
    """Refuse recordings of which one would replace what is written of another.

    Raises
    ------
    UserError
        If there are such.
    """
    seen: dict[Path, str] = {}
    for file in files:
        path = target(file, folder, form)
        if path in seen:
            raise UserError(f"{seen[path]} and {file} would both be written as {path}; give them one by one")
        seen[path] = file


def write(content: bytes, path: Path) -> None:
    """Write a file, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)
