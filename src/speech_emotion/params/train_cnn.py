"""Settings of the stage `train_cnn`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from speech_emotion.params.base import Section

Fraction = Annotated[float, Field(gt=0, lt=1)]
PositiveInt = Annotated[int, Field(ge=1)]


class Split(Section):
    """Who is trained on and who is tested on; see `speech_emotion.splits`."""

    protocol: Literal["speaker_holdout", "speaker_kfold", "loso", "cross_corpus", "predefined", "random_kfold"]
    folds: Annotated[int, Field(ge=2)]
    test_fraction: Fraction
    validation_fraction: Fraction
    test_corpora: list[str]
    predefined: str
    statement_disjoint: bool


class Augment(Section):
    """Changes made to training windows on the fly; 0 switches one off."""

    time_masks: Annotated[int, Field(ge=0)]
    time_mask_seconds: Annotated[float, Field(ge=0)]
    coefficient_masks: Annotated[int, Field(ge=0)]
    coefficient_mask_width: Annotated[int, Field(ge=0)]
    noise: Annotated[float, Field(ge=0)]


class Cnn(Section):
    """Shape of the network `cnn`; see `speech_emotion.models.cnn`."""

    filters: Annotated[list[PositiveInt], Field(min_length=1)]
    kernel_size: PositiveInt
    pool_size: Annotated[int, Field(ge=2)]
    dense: PositiveInt
    dropout: Annotated[float, Field(ge=0, lt=1)]
    batch_norm: bool


class TrainCnn(Section):
    """Settings of the stage `train_cnn`."""

    seed: Annotated[int, Field(ge=0, lt=2**31)]
    labels: str | dict[str, list[str]]
    split: Split
    seconds: Annotated[float, Field(gt=0)]
    model: Literal["cnn"]
    cnn: Cnn
    epochs: PositiveInt
    batch_size: PositiveInt
    lr: Annotated[float, Field(gt=0)]
    lr_schedule: Literal["constant", "cosine", "plateau"]
    early_stopping: Annotated[int, Field(ge=0)]
    class_weights: bool
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]
    augment: Augment

    @model_validator(mode="after")
    def _test_corpora_for_cross_corpus(self) -> "TrainCnn":
        if self.split.protocol == "cross_corpus" and not self.split.test_corpora:
            raise ValueError("split.test_corpora must name at least one corpus when split.protocol is cross_corpus")
        return self
