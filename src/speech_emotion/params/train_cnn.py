"""Settings of the stage `train_cnn`."""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator

from speech_emotion.params import networks
from speech_emotion.params.base import PositiveInt, Section

Fraction = Annotated[float, Field(gt=0, lt=1)]
Scheme = Literal["native", "common6", "common4"]
"""Names that `speech_emotion.protocol.labels` knows."""


class Split(Section):
    """Who is trained on and who is tested on; see `speech_emotion.protocol.splits`."""

    protocol: Literal["speaker_holdout", "speaker_kfold", "loso", "cross_corpus", "predefined", "random_kfold"]
    folds: Annotated[int, Field(ge=2)]
    test_fraction: Fraction
    validation_fraction: Fraction
    test_corpora: list[str]
    predefined: str
    statement_disjoint: bool

    @field_validator("test_corpora")
    @classmethod
    def _some_for_cross_corpus(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if info.data.get("protocol") == "cross_corpus" and not value:
            raise ValueError("must name at least one corpus when protocol is cross_corpus")
        return value


class Augment(Section):
    """Changes made to training windows on the fly; 0 switches one off."""

    shift_seconds: Annotated[float, Field(ge=0)]
    time_masks: Annotated[int, Field(ge=0)]
    time_mask_seconds: Annotated[float, Field(ge=0)]
    coefficient_masks: Annotated[int, Field(ge=0)]
    coefficient_mask_width: Annotated[int, Field(ge=0)]
    noise: Annotated[float, Field(ge=0)]


class Optimisation(Section):
    """How the weights are found."""

    epochs: PositiveInt
    batch_size: PositiveInt
    lr: Annotated[float, Field(gt=0)]
    lr_schedule: Literal["constant", "cosine", "plateau"]
    early_stopping: Annotated[int, Field(ge=0)]
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]


class TrainCnn(Optimisation):
    """Settings of the stage `train_cnn`."""

    seed: Annotated[int, Field(ge=0, lt=2**31)]
    labels: Scheme | dict[str, list[str]]
    split: Split
    seconds: Annotated[float, Field(gt=0)]
    model: str
    class_weights: bool
    augment: Augment

    @field_validator("model")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in networks.NAMES:
            raise ValueError(f"must be a module of src/speech_emotion/networks: {', '.join(networks.NAMES)}")
        return value

    @field_validator("labels", mode="before")
    @classmethod
    def _scheme_or_mapping(cls, value: Any) -> Any:
        names = get_args(Scheme)
        if value in names or (isinstance(value, dict) and value and all(map(_is_rule, value, value.values()))):
            return value
        # One message, where pydantic would give one for each alternative.
        raise ValueError(f"must be {', '.join(names)}, or a mapping from each label to the list of manifest labels "
                         "that become it")


def _is_rule(label: object, sources: object) -> bool:
    return isinstance(label, str) and isinstance(sources, list) and all(isinstance(source, str) for source in sources)
