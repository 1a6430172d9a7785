"""From settings to the chain of steps that act on normalised windows."""

from speech_emotion.params.train_cnn import Augment
from speech_emotion.training.augment.batch import Step
from speech_emotion.training.augment.masks import ColumnMasks, TimeMasks
from speech_emotion.training.augment.mixing import Mixup
from speech_emotion.training.augment.noise import Noise
from speech_emotion.training.augment.time import TimeWarp


def chain(settings: Augment, frame_rate: float) -> tuple[Step, ...]:
    """Make the steps that are switched on, in the order in which they act.

    Parameters
    ----------
    settings : Augment
        How far time is warped, how many masks there are and how wide at most, the noise's standard deviation, and how
        windows are mixed. What changes the spectrum acts before normalisation; see `spectrum.spectral`.
    frame_rate : float
        Frames per second, to turn the masks' seconds into frames.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.train_cnn import TrainCnn
    >>> shipped = load("params.yaml", TrainCnn).augment
    >>> chain(shipped.model_copy(update={"coefficient_masks": 0, "noise": 0.2}), frame_rate=100.0)
    (TimeWarp(share=0.1), Noise(std=0.2), TimeMasks(count=1, widest=40))
    """
    steps: list[Step] = []
    if settings.time_warp:
        steps.append(TimeWarp(settings.time_warp))
    if settings.noise:
        steps.append(Noise(settings.noise))
    if settings.time_masks:
        steps.append(TimeMasks(settings.time_masks, round(settings.time_mask_seconds * frame_rate)))
    if settings.coefficient_masks:
        steps.append(ColumnMasks(settings.coefficient_masks, settings.coefficient_mask_width))
    if settings.mixup:
        steps.append(Mixup(settings.mixup, settings.mixup_within_label))
    return tuple(steps)
