"""Read params.yaml and turn what is wrong with it into one message for people."""

import difflib
import importlib
import pkgutil
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar, get_args

import ruamel.yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from ruamel.yaml.error import YAMLError

from speech_emotion import params as _sections
from speech_emotion.core.errors import UserError

_SHOWN = reprlib.Repr()
"""Shows any value in a few lines. Aliases may make a value of gigabytes out of some bytes, or one that holds itself."""
_SHOWN.maxlevel, _SHOWN.maxstring, _SHOWN.maxother, _SHOWN.maxlong = 3, 200, 200, 60
_SHOWN.maxlist = _SHOWN.maxtuple = _SHOWN.maxdict = 20
_LONGEST = 1000
"""Characters of a value, or of what a parser says, that are passed on."""

BranchName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,30}$")]
"""Of a set of features and of the branch of the model that sees it: the name of a folder."""

_NO_SECTIONS = ("base", "scheduler")
"""Modules beside the sections' that describe none."""

PositiveInt = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """One section of params.yaml.

    Every key is required (the defaults are the values in params.yaml itself), unknown keys, values of another
    type, infinity and NaN are errors, and an integer is accepted where a float is expected.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    @classmethod
    def part_of(cls, settings: Self) -> Self:
        """Take this section's settings from those of a section derived from it.

        Parameters
        ----------
        settings : Self
            Of this section or of one derived from it.

        Returns
        -------
        Self
            Equal for equal values, whatever section they came from.

        Examples
        --------
        >>> class Shape(Section):
        ...     width: int
        >>> class Painting(Shape):
        ...     colour: str
        >>> Shape.part_of(Painting(width=3, colour="red"))
        Shape(width=3)
        """
        # Not validated once more: they come from a validated section.
        return cls.model_construct(**{name: getattr(settings, name) for name in cls.model_fields})


SectionT = TypeVar("SectionT", bound=Section)


def changed(settings: Mapping[str, Any], changes: Mapping[str, Any], schema: type[SectionT], *at: str) -> SectionT:
    """Make a section of another one's settings, some of which are changed.

    Parameters
    ----------
    settings : mapping from str to object
        All keys of the section, validated.
    changes : mapping from str to object
        Some of them anew.
    schema : type of Section
        The section.
    *at : str
        Where the changes stand, for messages: within the key that is being validated.

    Raises
    ------
    ValidationError
        If a change breaks the schema; its locations begin with `at`.
    """
    try:
        return schema.model_validate({**settings, **changes})
    except ValidationError as error:
        problems: list[InitErrorDetails] = [
            {"type": _retold(each, schema), "loc": (*at, *each["loc"]), "input": each["input"]}
            for each in error.errors()]
        raise ValidationError.from_exception_data(schema.__name__, problems) from error


def refusal(title: str, key: tuple[str, ...], value: object, message: str) -> ValidationError:
    """Make the error that says of one setting, below the one that is validated, why it cannot be used.

    Parameters
    ----------
    title : str
        What is validated.
    key : tuple of str
        Where the setting stands below it.
    value : object
        The value that it has.
    message : str
        What it must be or do instead, such as "must be 0 when ...".

    Examples
    --------
    >>> raise refusal("TrainCnn", ("mixup",), 0.2, "must be 0 when consistency.weight is above 0")
    Traceback (most recent call last):
    pydantic_core._pydantic_core.ValidationError: 1 validation error for TrainCnn
    mixup
      must be 0 when consistency.weight is above 0 [type=value_error, input_value=0.2, input_type=float]
    """
    problem = PydanticCustomError("value_error", "{message}", {"message": message})
    return ValidationError.from_exception_data(title, [{"type": problem, "loc": key, "input": value}])


def _retold(problem: Any, schema: type[Section]) -> PydanticCustomError:
    """Say what is wrong in words that stand by themselves: within a mapping, nobody knows the schema any more."""
    match problem["type"]:
        case "extra_forbidden":
            allowed = _keys(schema, problem["loc"][:-1])
            kind, message = "conflict", _unknown(str(problem["loc"][-1]), allowed)
        case "missing":
            kind, message = "conflict", "is missing"
        case _:
            kind, message = "value_error", _lower(problem["msg"])
    return PydanticCustomError(kind, "{message}", {"message": message})


def load(path: Path | str, schema: type[SectionT]) -> SectionT:
    """Read one section of a parameter file, after checking the whole file.

    The other sections are checked too, so that a slip in the last stage's settings stops the first stage
    rather than the last. They are found by name and imported only for that: nothing a stage computes can
    depend on another stage's schema.

    Parameters
    ----------
    path : Path or str
        A YAML file whose top-level keys are section names.
    schema : type of Section
        The section to return. Its section name is that of the module that defines it.

    Returns
    -------
    Section
        The validated settings.

    Raises
    ------
    UserError
        If the file is missing or not YAML, the section is missing, or any section or key in the file is unknown,
        lacks a key, or has one of the wrong type or out of range. The message lists every problem.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.params.evaluate import Evaluate
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "params.yaml")
    ...     _ = file.write_text("evaluate: {resamples: 1000, confidence: 0.95, dpi: 100, "
    ...                         "report: {audio_mb: 6, audio_seconds: 8, audio_also_of: []}}")
    ...     load(file, Evaluate).confidence
    0.95
    """
    wanted = schema.__module__.rpartition(".")[2]
    section = _validated(Path(path), {wanted: schema})[wanted]
    assert isinstance(section, schema)
    return section


def check(path: Path | str) -> None:
    """Check a whole parameter file, of which no section is needed yet.

    Parameters
    ----------
    path : Path or str
        As `load` takes it.

    Raises
    ------
    UserError
        As `load` does, but for a missing section.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> check("params.yaml")
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "params.yaml")
    ...     _ = file.write_text("evaluate: {resamples: many, confidence: 0.95, dpi: 100, "
    ...                         "report: {audio_mb: 6, audio_seconds: 8, audio_also_of: []}}")
    ...     check(file)
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: ...params.yaml has settings that cannot be used:
      evaluate.resamples: is 'many', but input should be a valid integer
    """
    _validated(Path(path), {})


def _validated(path: Path, needed: Mapping[str, type[Section]]) -> dict[str, Section]:
    document = _read(path)
    known = [name for _, name, _ in pkgutil.iter_modules(_sections.__path__) if name not in _NO_SECTIONS]
    problems = [f"{name}: this section is missing" for name in needed if name not in document]
    sections: dict[str, Section] = {}
    for name, values in document.items():
        if name not in known:
            problems.append(f"{name}: unknown section{_suggestion(name, known)}; the sections are: {', '.join(known)}")
            continue
        schema = needed.get(name) or _schema(name)
        try:
            sections[name] = schema.model_validate(values)
        except ValidationError as error:
            problems += _problems(error, name, schema)
    if problems:
        raise UserError("\n".join([f"{path} has settings that cannot be used:", *(f"  {line}" for line in problems)]))
    return sections


def load_whole(path: Path | str, schema: type[SectionT]) -> SectionT:
    """Read a YAML file that is one section as a whole.

    Parameters
    ----------
    path : Path or str
        A YAML file whose top-level keys are those of `schema`.
    schema : type of Section
        What to read it as.

    Returns
    -------
    Section
        The validated settings.

    Raises
    ------
    UserError
        If the file is missing, not YAML, or breaks the schema. The message lists every problem.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.params.ingest import NamedDescription
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "corpus.yaml")
    ...     _ = file.write_text("{name: calls, pattern: '{speaker}/{label}/*', language: de}")
    ...     load_whole(file, NamedDescription).pattern
    ('{speaker}/{label}/*',)
    """
    path = Path(path)
    try:
        return schema.model_validate(_read(path))
    except ValidationError as error:
        lines = _problems(error, "", schema)
        raise UserError("\n".join([f"{path} has settings that cannot be used:", *(f"  {line}" for line in lines)])
                        ) from error


def _read(path: Path) -> dict[str, Any]:
    # YAML 1.2, as DVC writes it: there `1e-05` is a number, which PyYAML reads as text.
    reader = ruamel.yaml.YAML(typ="safe", pure=True)
    try:
        document = reader.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); run from the project's folder") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: is not valid YAML: {_limited(str(error))}") from error
    except RecursionError as error:
        raise UserError(f"{path}: is nested too deeply") from error
    except Exception as error:  # of what YAML takes for a date, a number or a tag, and Python cannot make
        reason = _limited(str(error)) or type(error).__name__
        raise UserError(f"{path}: holds a value that cannot be read ({reason})") from error
    if not isinstance(document, dict):
        raise UserError(f"{path}: holds no sections")
    return document


def _schema(section: str) -> type[Section]:
    module = importlib.import_module(f"{_sections.__name__}.{section}")
    return next(
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Section) and value.__module__ == module.__name__
        and value.__name__ == "".join(part.capitalize() for part in section.split("_"))
    )


def _problems(error: ValidationError, section: str, schema: type[Section]) -> list[str]:
    lines = []
    for problem in error.errors():
        key = ".".join([*filter(None, [section]), *(str(part) for part in problem["loc"] if part != "[key]")]) or "it"
        if problem["type"] == "extra_forbidden":
            allowed = _keys(schema, problem["loc"][:-1])
            lines.append(f"{key}: {_unknown(str(problem['loc'][-1]), allowed)}")
        elif problem["type"] == "model_type":
            lines.append(f"{key}: is {_limited(_SHOWN.repr(problem['input']))}, but must hold the keys "
                         f"{', '.join(_keys(schema, problem['loc']))}")
        elif problem["type"] == "missing":
            lines.append(f"{key}: is missing")
        elif problem["type"] == "conflict":  # of several settings, none of which alone is wrong
            lines.append(f"{key}: {problem['msg']}")
        elif problem["type"] in ("too_short", "string_too_short") and not problem["input"]:
            lines.append(f"{key}: is {_limited(_SHOWN.repr(problem['input']))}, but must not be empty")
        elif problem["type"] == "too_short" and len(problem["input"]) >= problem["ctx"]["min_length"]:
            continue  # pydantic counts the items that are right; each of the others has a line of its own
        else:
            lines.append(f"{key}: is {_limited(_SHOWN.repr(problem['input']))}, but {_lower(problem['msg'])}")
    return lines


def _keys(schema: Any, location: tuple[int | str, ...]) -> list[str]:
    for part in location:
        if part not in schema.model_fields:  # a name in a mapping, whose values' schema this is
            continue
        kind = schema.model_fields[part].annotation
        # Of what may be null too, the part that is not.
        schema = next(alternative for alternative in (*get_args(kind), kind) if hasattr(alternative, "model_fields"))
    return list(schema.model_fields)


def _limited(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def _lower(message: str) -> str:
    message = message.removeprefix("Value error, ").replace("valid tuple", "valid list")  # as YAML calls it
    return message[:1].lower() + message[1:]


def _unknown(name: str, allowed: list[str]) -> str:
    return f"unknown key{_suggestion(name, allowed)}; allowed here: {', '.join(allowed)}"


def _suggestion(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(str(name), known, n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""
