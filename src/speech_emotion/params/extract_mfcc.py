"""Settings of the stage `extract_mfcc`."""

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from speech_emotion.params.base import BranchName, Section, changed, refusal
from speech_emotion.params.scheduler import Scheduler

# By name, since each feature's module holds its own settings and lies above this one. Adding one changes nothing here.
FEATURES: Any = importlib.import_module("speech_emotion.features.registry").features()
"""`speech_emotion.features.registry.features`."""


class Level(Section):
    """What every clip's level is brought to; see `speech_emotion.features.preparation`."""

    method: Literal["peak", "rms", "lufs"]
    target_db: Annotated[float, Field(ge=-100, le=0)]


class _Features(Section):
    def chosen(self) -> dict[str, Section]:
        """Give the settings of the features that are not left out, by name, in the order of their columns."""
        every = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: settings for name, settings in every.items() if settings is not None}

    @model_validator(mode="after")
    def _at_least_one(self) -> "_Features":
        if not self.chosen():
            raise ValueError(f"must hold at least one of {', '.join(type(self).model_fields)}")
        return self

    @model_serializer(mode="wrap")
    def _without_those_left_out(self, values: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: settings for name, settings in values(self).items() if settings is not None}


# Which fields there are is known at run time only.
if TYPE_CHECKING:
    Features = _Features
else:
    Features = create_model(
        "Features", __base__=_Features, __module__=__name__, __doc__="The features, each with its settings or None.",
        **{name: (feature.settings | None, None) for name, feature in FEATURES.items()},
    )


class Recipe(Section):
    """What decides the features of a plain clip, and nothing else; frequencies in Hz, lengths in samples."""

    sample_rate: Annotated[int, Field(ge=1000, le=384_000)]
    resampler: Literal["QQ", "LQ", "MQ", "HQ", "VHQ"]
    trim_db: Annotated[float, Field(gt=0, le=200)] | None
    level: Level | None
    pre_emphasis: Annotated[float, Field(ge=0, le=1)]
    hop_length: Annotated[int, Field(ge=1)]
    features: Features

    def document(self) -> dict[str, Any]:
        """Give the recipe as plain data ready for JSON, which `Recipe.model_validate` takes back.

        Of settings derived from it, such as `ExtractMfcc`, what is no part of the recipe is left out.

        Examples
        --------
        >>> from speech_emotion.params.base import load
        >>> document = load("params.yaml", ExtractMfcc).document()
        >>> document["hop_length"], "scheduler" in document
        (160, False)
        """
        return Recipe.part_of(self).model_dump(mode="json")

    @field_validator("features")
    @classmethod
    def _fit_the_signal(cls, features: Features, info: ValidationInfo) -> Features:
        sample_rate, hop_length = info.data.get("sample_rate"), info.data.get("hop_length")
        if sample_rate and hop_length and (problems := list(_problems(features, sample_rate, hop_length))):
            raise ValidationError.from_exception_data(cls.__name__, problems)
        return features


def _problems(features: Features, sample_rate: int, hop_length: int) -> Iterator[InitErrorDetails]:
    rates: dict[str, float] = {}
    for name, settings in features.chosen().items():
        for key, message in FEATURES[name].problems(settings, sample_rate, hop_length):
            problem = PydanticCustomError("value_error", "{message}", {"message": message})
            yield {"type": problem, "loc": (name, key), "input": getattr(settings, key)}
        rates[name] = FEATURES[name].frame_rate(settings, sample_rate, hop_length)
        first = next(iter(rates))
        if rates[name] != rates[first]:
            problem = PydanticCustomError(
                "conflict", "has {rate} frames per second and {first} {of_first}; side by side they need the same",
                {"rate": f"{rates[name]:g}", "first": first, "of_first": f"{rates[first]:g}"},
            )
            yield {"type": problem, "loc": (name,), "input": settings}


class Views(Section):
    """Augmented copies of every clip; see `speech_emotion.features.views`."""

    # Not strict: YAML has lists. What they hold is checked strictly all the same.
    speed: Annotated[tuple[Annotated[float, Field(ge=0.25, le=4)], ...], Field(strict=False)]
    noise_snr_db: Annotated[tuple[Annotated[float, Field(ge=-20, le=100)], ...], Field(strict=False)]
    pitch_steps: Annotated[tuple[Annotated[float, Field(ge=-24, le=24)], ...], Field(strict=False)]

    @field_validator("speed", "noise_snr_db", "pitch_steps")
    @classmethod
    def _distinct(cls, values: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        neutral = {"speed": 1, "pitch_steps": 0}.get(info.field_name or "")
        if len(set(values)) < len(values):
            raise ValueError("every value may occur once only")
        if neutral in values:
            raise ValueError(f"{neutral} changes nothing: the plain clip is always there")
        return values


class ExtractMfcc(Recipe):
    """Settings of the stage `extract_mfcc`."""

    views: Views
    scheduler: Scheduler
    branches: dict[BranchName, dict[str, Any]]
    """Further sets of features, each for a branch of the model (`train_cnn.branches`): what is otherwise there."""

    @field_validator("branches")
    @classmethod
    def _are_settings(cls, branches: dict[str, dict[str, Any]], info: ValidationInfo) -> dict[str, dict[str, Any]]:
        if len(info.data) == len(cls.model_fields) - 1:  # or there are problems enough
            for name, changes in branches.items():
                _branch(info.data, name, changes)
        return branches

    def __hash__(self) -> int:
        """Hash the recipe, since what branches change has no hash."""
        return hash(Recipe.part_of(self))

    def of_branch(self, name: str) -> "ExtractMfcc":
        """Give the settings of a branch's features."""
        settings = {key: getattr(self, key) for key in type(self).model_fields}
        return _branch(settings, name, self.branches[name])


def _branch(settings: Mapping[str, Any], name: str, changes: Mapping[str, Any]) -> ExtractMfcc:
    if fixed := sorted({"scheduler", "branches"} & set(changes)):
        raise refusal("branches", (name, fixed[0]), changes[fixed[0]],
                      "is the same for all branches, and cannot be set here")
    return changed({**settings, "branches": {}}, changes, ExtractMfcc, name)
