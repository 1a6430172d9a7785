"""Settings of the stage `ingest`, and how a user's own corpus is described."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from speech_emotion.params.base import Section

Attribute = Literal["label", "speaker", "sex", "age", "language", "statement", "intensity", "repetition"]
"""What can be said about a clip, as in the manifest."""
Column = Literal["path", "label", "speaker", "sex", "age", "language", "statement", "intensity", "repetition"]
"""What a table's column may say."""
Sex = Literal["female", "male"]


class Person(Section):
    """What is known about one speaker."""

    sex: Sex | None = None
    age: Annotated[int, Field(ge=0, le=130)] | None = None
    """In years."""


class Description(Section):
    """What a corpus of the user's own is: docs/own-data.md. Only `table` or `pattern` is required."""

    table: str | None = None
    """A CSV, TSV or Parquet file with a row per clip: absolute, or relative to the description's folder."""
    columns: dict[Column, str] | None = None
    """Which of the table's columns say what; None for those that are named so."""
    pattern: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """What the clips' paths look like, such as "{speaker}/{label}/*.wav"; of several, the first that fits counts."""
    audio: str = ""
    """Folder that the table's paths, or the pattern, begin at; "" for the table's, or the description's own."""
    ignore: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Folders that are left alone: names or paths, in which * stands for anything."""
    speaker_regex: str | None = None
    """Searched in each clip's path; its first group is the speaker."""
    labels: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    """From the corpus's own labels to those of the manifest."""
    speaker: Annotated[str, Field(min_length=1)] | None = None
    """Of all clips for which nothing else tells."""
    speakers: dict[str, Person] = Field(default_factory=dict)
    """What is known about each speaker."""
    sex: Sex | None = None
    """Of all speakers for whom nothing else tells."""
    language: Annotated[str, Field(min_length=1)] | None = None
    """Of all clips for which nothing else tells: a BCP-47 tag such as "de"."""

    @field_validator("pattern", "ignore", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("labels", "speakers", mode="before")
    @classmethod
    def _names_may_be_numbers(cls, value: Any) -> Any:
        # Where YAML reads `1: anger`, the label is "1".
        return {str(key): each for key, each in value.items()} if isinstance(value, dict) else value

    @field_validator("speaker_regex")
    @classmethod
    def _has_a_group(cls, value: str | None) -> str | None:
        try:
            groups = re.compile(value).groups if value is not None else 1
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from error
        if not groups:
            raise ValueError("must have a group, in parentheses, which is the speaker: such as '(spk[0-9]+)_'")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "Description":
        if problem := self._conflict():
            raise PydanticCustomError("conflict", "{message}", {"message": problem})
        return self

    def _conflict(self) -> str | None:
        if bool(self.table) == bool(self.pattern):
            return ("must hold either `table` or `pattern`: a table with a row per clip, or what the clips' paths look "
                    "like")
        if self.columns is None:
            return None
        if not self.table:
            return "holds `columns`, which only a `table` has"
        lacking = [name for name in ("path", "label") if name not in self.columns]
        return f"must say in `columns` which column of the table is the {lacking[0]}" if lacking else None


class NamedDescription(Description):
    """The description in a file corpus.yaml, whose paths are relative to the file's folder."""

    name: str


class Ingest(Section):
    """Which clips are taken in."""

    root: Annotated[str, Field(min_length=1)]
    """Folder of the audio: one corpus, or several below it."""
    corpora: list[str]
    """Names of the corpora to take; [] for all that are recognised by their file names or described."""
    min_duration: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """Shortest clip that is taken, and that the model trained on them judges, in s."""
    strict: bool
    """Whether any rejected clip stops the pipeline."""
    ravdess_song: bool
    """Whether RAVDESS's sung clips are taken too."""
    crema_d_label: Literal["acted", "voice", "face", "multimodal"]
    """CREMA-D's label: as acted, or what the crowd perceived from voice, face or both."""
    table: str
    """For the corpus `table`: a CSV, TSV or Parquet file, relative to the root; "" for none."""
    own: dict[str, Description]
    """The user's own corpora by name, with paths relative to the root."""

    def options(self) -> dict[str, dict[str, object]]:
        """Options of the corpora that have any, as their `make_parser` takes them.

        Examples
        --------
        >>> from speech_emotion.params.base import load
        >>> load("params.yaml", Ingest).options()["crema_d"]
        {'label': 'acted'}
        """
        return {
            "ravdess": {"song": self.ravdess_song},
            "crema_d": {"label": self.crema_d_label},
            "table": {"file": self.table},
        }
