"""Settings of the stage `train_cnn`."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator

from speech_emotion.params import networks
from speech_emotion.params.base import BranchName, PositiveInt, Section, changed, refusal
from speech_emotion.params.scheduler import Scheduler

Decay = Annotated[float, Field(ge=0, lt=1)]
Scheme = Literal["native", "common6", "common4"]
"""Names that `speech_emotion.protocol.labels` knows."""


class Split(Section):
    """Who is trained on and who is tested on; see `speech_emotion.protocol.splits`."""

    protocol: Literal["speaker_holdout", "speaker_kfold", "loso", "cross_corpus", "predefined", "random_kfold"]
    folds: Annotated[int, Field(ge=2)]
    """Of `speaker_kfold` and `random_kfold`."""
    test_fraction: float
    """Of the speakers and of their clips, for `speaker_holdout`."""
    validation_fraction: float
    """Of what is not tested."""
    validation: Literal["speakers", "statements"]
    """What is kept whole when some of the training part is taken to validate with; clips for `random_kfold`."""
    test_corpora: list[str]
    """Of `cross_corpus`."""
    predefined: str
    """Name of a list in splits/, for `predefined`."""
    statement_disjoint: bool
    """Whether the sentences of the test part are never trained on."""
    train_also: list[str]
    """Corpora that are trained on in every fold, whatever the protocol does with the others."""

    @field_validator("test_fraction")
    @classmethod
    def _leaves_some_to_train(cls, value: float) -> float:
        if not 0 < value <= 0.8:
            raise ValueError("must be above 0 and at most 0.8, so that speakers are left to train on and to choose the "
                             "epoch")
        return value

    @field_validator("validation_fraction")
    @classmethod
    def _leaves_most_to_train(cls, value: float) -> float:
        if not 0 < value <= 0.5:
            raise ValueError("must be above 0 and at most 0.5: most of what is not tested is trained on")
        return value

    @field_validator("test_corpora")
    @classmethod
    def _some_for_cross_corpus(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if info.data.get("protocol") == "cross_corpus" and not value:
            raise ValueError("must name at least one corpus when protocol is cross_corpus")
        return value

    @field_validator("train_also")
    @classmethod
    def _is_not_tested(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if both := sorted(set(value) & set(info.data.get("test_corpora", []))):
            raise ValueError(f"must not name {', '.join(both)}, which test_corpora names")
        return value


class Pooling(Section):
    """How several corpora are trained on together."""

    other_share: Annotated[float, Field(gt=0, le=0.9)]
    """Of an epoch's clips, from the corpora that only train (`Split.train_also`)."""
    balance_corpora: bool
    """Whether an epoch shows every corpus as often as another one, whatever its size."""
    mask_labels: bool
    """Whether a clip of a corpus that only trains competes in the loss only with the labels that its corpus has."""
    target_epochs: Annotated[int, Field(ge=0)]
    """Last epochs, in which the corpora that only train are left out."""


class Augment(Section):
    """Changes made to training windows on the fly; 0 switches one off."""

    shift_seconds: Annotated[float, Field(ge=0)]
    """How far off the middle of the window a shorter clip may lie, in s."""
    time_warp: Annotated[float, Field(ge=0, lt=1)]
    """Share by which a window may be stretched or squeezed in time about its middle, at most."""
    time_masks: Annotated[int, Field(ge=0)]
    """Masks in time per window."""
    time_mask_seconds: Annotated[float, Field(ge=0)]
    """Their largest length, in s."""
    coefficient_masks: Annotated[int, Field(ge=0)]
    """Masks over columns per window."""
    coefficient_mask_width: Annotated[int, Field(ge=0)]
    """Their largest width, in columns."""
    noise: Annotated[float, Field(ge=0)]
    """Standard deviation of white noise, in those of the data."""
    gain_db: Annotated[float, Field(ge=0, le=60)]
    """How much louder or softer a window may be, in dB, at most."""
    tilt_db: Annotated[float, Field(ge=0, le=60)]
    """By how much its level may rise or fall from 0 to half the sample rate, in dB, at most."""
    frequency_warp: Annotated[float, Field(ge=0, le=0.5)]
    """Share by which its frequencies may be stretched or squeezed, at most."""
    mixup: Annotated[float, Field(ge=0)]
    """Alpha of the beta distribution by which two windows of a batch are mixed."""
    mixup_within_label: bool
    """Whether only windows of the same label are mixed."""


class Consistency(Section):
    """Agreement of a network with its own average; see `speech_emotion.training.consistency`."""

    weight: Annotated[float, Field(ge=0)]
    """Of the disagreement in the loss; 0 trains without."""
    ema: Decay
    """Decay, per step, of the average of the weights."""
    rampup_epochs: Annotated[float, Field(ge=0)]
    """Epochs over which the weight rises from 0."""


class Contrastive(Section):
    """Embeddings alike within a label; see `speech_emotion.training.contrastive`."""

    weight: Annotated[float, Field(ge=0)]
    """Of the supervised contrastive loss; 0 trains without."""
    temperature: Annotated[float, Field(gt=0)]
    """What similarities are divided by: the lower, the more the nearest others count."""


class Optimisation(Section):
    """How the weights are found."""

    epochs: PositiveInt
    """Largest number of epochs."""
    batch_size: PositiveInt
    """Windows per batch."""
    lr: Annotated[float, Field(gt=0)]
    """Learning rate of AdamW, at its start or, after a warm-up, at its end."""
    lr_schedule: Literal["constant", "cosine", "plateau"]
    """How it falls: not; to 0 along a cosine; by half whenever the validation loss no longer falls."""
    warmup_epochs: Annotated[float, Field(ge=0)]
    """Epochs over which the learning rate rises from 0; less than `epochs`, and with "constant" or "cosine" only."""
    betas: Annotated[tuple[Decay, Decay], Field(strict=False)]
    """Decay of AdamW's two moving averages, of the gradient and of its square."""
    weight_decay: Annotated[float, Field(ge=0)]
    """Share of every kernel's weights that each step takes off, times the learning rate; 0 makes AdamW Adam."""
    clip_norm: Annotated[float, Field(gt=0)] | None
    """Largest norm of the gradient over all weights together; None for no limit."""
    ema: Decay
    """Decay, per step, of the moving average of the weights that is validated and kept; 0 keeps the weights."""
    early_stopping: Annotated[int, Field(ge=0)]
    """Epochs without a lower validation loss after which training stops; 0 for never."""
    keep: Literal["best", "last"]
    """Whose weights are kept: those of the epoch with the lowest validation loss, or of the last one, which needs
    `early_stopping` to be 0."""
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]
    """Share of each target that goes to all labels alike."""
    focal_gamma: Annotated[float, Field(ge=0)]
    """Exponent by which the loss of clips that are right already is lowered; 0 makes focal loss cross-entropy."""
    consistency: Consistency
    contrastive: Contrastive

    @field_validator("contrastive")
    @classmethod
    def _is_the_only_one(cls, value: Contrastive, info: ValidationInfo) -> Contrastive:
        consistency = info.data.get("consistency")
        if value.weight and consistency is not None and consistency.weight:
            raise refusal(cls.__name__, ("weight",), value.weight,
                          "must be 0 when train_cnn.consistency.weight is above 0: one of them at a time")
        return value

    @field_validator("keep")
    @classmethod
    def _is_reached(cls, value: str, info: ValidationInfo) -> str:
        if value == "last" and info.data.get("early_stopping"):
            raise ValueError("must be best when early_stopping may end the training before the last epoch")
        return value

    @field_validator("warmup_epochs")
    @classmethod
    def _leaves_epochs(cls, value: float, info: ValidationInfo) -> float:
        if value and info.data.get("lr_schedule") == "plateau":
            raise ValueError("must be 0 when lr_schedule is plateau")
        if value >= info.data.get("epochs", math.inf):
            raise ValueError("must be less than epochs")
        return value


MAIN = "main"
"""Name of the branch that sees the first set of features."""

_FIXED = ("seed", "labels", "split", "model", "branch_model", "refit", "fusion", "calibration", "scheduler", "branches")
"""What is the same for all branches."""


class TrainCnn(Optimisation):
    """Settings of the stage `train_cnn`."""

    seed: Annotated[int, Field(ge=0, lt=2**31)]
    """Of the split, the weights and the batches."""
    labels: Scheme | dict[str, list[str]]
    """A scheme's name, or for each label the manifest labels that become it."""
    split: Split
    seconds: Annotated[float, Field(gt=0, le=600)]
    """Length of the window, in s."""
    model: str
    """A module of `speech_emotion.networks`."""
    branch_model: str
    """Likewise, for all of `branches`."""
    baseline_only: list[str]
    """Patterns of the feature columns that the network does not see, such as "f0"; the baseline sees all."""
    num_networks: Annotated[int, Field(ge=0)]
    """Networks per fold, trained alike but for their random numbers, whose logits are averaged; 0 for none."""
    baseline_share: Annotated[float, Field(ge=0, le=1)]
    """Of the baseline without a network in the probabilities; without networks it is all."""
    average_speeds: bool
    """Whether a clip is judged at the speeds of its views too, and the probabilities are averaged."""
    normalisation: Literal["global", "clip", "corpus", "speaker"]
    """Of whose frames mean and deviation become 0 and 1; see `speech_emotion.models.scales`. "speaker" looks at the
    unlabelled clips of the tested speakers too."""
    refit: bool
    """Whether each fold's model is trained anew on the validation part too, for all epochs, and that one is kept and
    tested; the validation part then measures the model that learnt from the training part alone."""
    class_weights: bool
    """Whether each clip weighs the inverse of its label's frequency."""
    pooling: Pooling
    augment: Augment
    statistics: Literal["functionals", "mean", "mean_std"]
    """What the baseline sees of a window; see `speech_emotion.models.functionals`."""
    baseline_shrinkage: Annotated[float, Field(ge=0, le=1)] | None
    """Of the baseline's covariance towards its diagonal; None for Ledoit and Wolf's."""
    baseline_temperature: Annotated[float, Field(gt=0)]
    """What the baseline's logits are divided by; 1 leaves it as sure of itself as discriminant analysis is."""
    fusion: Literal["mean", "validation"]
    """How branches become one: the mean of their probabilities, or as the validation part is most likely."""
    calibration: Literal["none", "temperature"]
    """What is then done to a fold's probabilities: nothing, or they get the temperature with which its validation part
    is most likely; see `speech_emotion.models.calibration`."""
    scheduler: Scheduler
    """Address of a Dask scheduler whose workers train; "" for this machine."""
    branches: dict[BranchName, dict[str, Any]]
    """Further models, each of the set of features of its name (`extract_mfcc.branches`): what is otherwise there."""

    @field_validator("branches")
    @classmethod
    def _are_settings(cls, branches: dict[str, dict[str, Any]], info: ValidationInfo) -> dict[str, dict[str, Any]]:
        if MAIN in branches:
            raise ValueError(f"must not be called {MAIN}, as the model of the first set of features is")
        if len(info.data) == len(cls.model_fields) - 1:  # or there are problems enough
            for name, changes in branches.items():
                _branch(info.data, name, changes)
        return branches

    def of_branch(self, name: str) -> tuple["TrainCnn", Section | None]:
        """Give the settings of a branch, of which `model` is its own, and those of its network if they are others."""
        return _branch({key: getattr(self, key) for key in type(self).model_fields}, name, self.branches[name])

    @field_validator("refit")
    @classmethod
    def _needs_no_measure(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("keep") == "best":
            raise ValueError("must be false when keep is best: what learns from the validation part too has nothing "
                             "to choose an epoch by")
        if value and info.data.get("lr_schedule") == "plateau":
            raise ValueError("must be false when lr_schedule is plateau, which follows the validation loss")
        return value

    @field_validator("augment")
    @classmethod
    def _fits_the_window(cls, augment: Augment, info: ValidationInfo) -> Augment:
        seconds = info.data.get("seconds")
        if seconds is not None and augment.time_masks and augment.time_mask_seconds > seconds:
            raise refusal(cls.__name__, ("time_mask_seconds",), augment.time_mask_seconds,
                          f"must be at most train_cnn.seconds, which is {seconds:g}")
        return augment

    @field_validator("augment")
    @classmethod
    def _is_seen(cls, augment: Augment, info: ValidationInfo) -> Augment:
        for name in ("gain_db", "tilt_db", "frequency_warp"):
            if info.data.get("normalisation") == "clip" and (value := getattr(augment, name)):
                raise refusal(cls.__name__, (name,), value, "must be 0 when train_cnn.normalisation is clip, which "
                                                            "measures each clip as it is")
        return augment

    @field_validator("augment")
    @classmethod
    def _has_a_window_before(cls, augment: Augment, info: ValidationInfo) -> Augment:
        consistency = info.data.get("consistency")
        if augment.mixup and consistency is not None and consistency.weight:
            raise refusal(cls.__name__, ("mixup",), augment.mixup,
                          "must be 0 when train_cnn.consistency.weight is above 0: a mixture is of two windows, and "
                          "the teacher sees one as it was")
        return augment

    @field_validator("model", "branch_model")
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


def _branch(settings: Mapping[str, Any], name: str, changes: Mapping[str, Any]) -> tuple[TrainCnn, Section | None]:
    changes = dict(changes)
    network = changes.pop("network", None)
    for key in _FIXED:
        if key in changes:
            raise refusal("branches", (name, key), changes[key],
                          "is the same for all branches, and cannot be set here")
    trained = changed({**settings, "model": settings["branch_model"], "branches": {}}, changes, TrainCnn, name)
    if network is None:
        return trained, None
    return trained, changed({}, network, networks.settings_of(trained.model), name, "network")


def _is_rule(label: object, sources: object) -> bool:
    return isinstance(label, str) and isinstance(sources, list) and all(isinstance(source, str) for source in sources)
