"""Read params.yaml and turn what is wrong with it into one message for people."""

import difflib
import importlib
import pkgutil
from pathlib import Path
from typing import Any, TypeVar

import ruamel.yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from speech_emotion import params as _sections
from speech_emotion.errors import UserError


class Section(BaseModel):
    """One section of params.yaml.

    Every key is required (the defaults are the values in params.yaml itself), unknown keys and values of
    another type are errors, and an integer is accepted where a float is expected.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


SectionT = TypeVar("SectionT", bound=Section)


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
        If the file is missing or not YAML, or any section or key in it is missing, unknown, of the wrong
        type or out of range. The message lists every problem.
    """
    path = Path(path)
    wanted = schema.__module__.rpartition(".")[2]
    document = _read(path)
    if wanted not in document:
        raise UserError(f"{path}: the section '{wanted}' is missing")
    known = [name for _, name, _ in pkgutil.iter_modules(_sections.__path__) if name != "base"]
    problems = []
    for name, values in document.items():
        if name not in known:
            problems.append(f"{name}: unknown section{_suggestion(name, known)}")
        elif name != wanted:
            try:
                _schema(name).model_validate(values)
            except ValidationError as error:
                problems += _problems(error, name, _schema(name))
    try:
        section = schema.model_validate(document[wanted])
    except ValidationError as error:
        problems += _problems(error, wanted, schema)
    if problems:
        raise UserError("\n".join([f"{path} has settings that cannot be used:", *(f"  {line}" for line in problems)]))
    return section


def _read(path: Path) -> dict[str, Any]:
    # YAML 1.2, as DVC writes it: there `1e-05` is a number, which PyYAML reads as text.
    reader = ruamel.yaml.YAML(typ="safe", pure=True)
    try:
        document = reader.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); run from the project's folder") from error
    except (ruamel.yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: is not valid YAML: {error}") from error
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
        key = ".".join([section, *(str(part) for part in problem["loc"])])
        if problem["type"] == "extra_forbidden":
            where: Any = schema
            for part in problem["loc"][:-1]:
                where = where.model_fields[part].annotation
            allowed = list(where.model_fields)
            lines.append(f"{key}: unknown key{_suggestion(str(problem['loc'][-1]), allowed)}; "
                         f"allowed here: {', '.join(allowed)}")
        elif problem["type"] == "missing":
            lines.append(f"{key}: is missing")
        else:
            lines.append(f"{key}: is {problem['input']!r}, but {_lower(problem['msg'])}")
    return lines


def _lower(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _suggestion(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(str(name), known, n=1)
    return f" (did you mean '{close[0]}'?)" if close else f" (known: {', '.join(known)})" if known else ""
