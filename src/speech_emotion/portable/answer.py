"""What an exported model says of a clip."""

from dataclasses import dataclass, field

from speech_emotion.prediction.judge import Judgement


@dataclass(frozen=True)
class Reason:
    """Why a clip is not judged.

    Attributes
    ----------
    rule : str
        A key of `speech_emotion.ingest.RULES`, such as "silent" or "too-short", or "no-answer" where the model's
        outputs are no numbers.
    text : str
        What is the matter, for people.
    """

    rule: str
    text: str

    def __str__(self) -> str:
        """Say it in a line."""
        return f"not judged: {self.rule} ({self.text})"


@dataclass(frozen=True)
class Answer:
    """What an exported model says of a clip, or why it says nothing.

    Attributes
    ----------
    label : str or None
        The most probable one; None if the clip is not judged.
    probabilities : dict from str to float
        By label, in the model's order; they sum to 1. Empty if the clip is not judged.
    not_judged : Reason or None
        Why there is neither; None if there is.
    flags : tuple of str
        What is to be noted of the clip, keys of `speech_emotion.ingest.FLAGS`, such as "clipped".
    judged : Judgement or None
        All numbers, window by window.

    Examples
    --------
    >>> str(Answer(None, not_judged=Reason("silent", "digital silence")))
    'not judged: silent (digital silence)'
    >>> str(Answer("fear", {"anger": 0.25, "fear": 0.75}))
    'fear (75 %)'
    """

    label: str | None
    probabilities: dict[str, float] = field(default_factory=dict)
    not_judged: Reason | None = None
    flags: tuple[str, ...] = ()
    judged: Judgement | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.label} ({self.probabilities[self.label]:.0%})".replace("%", " %") if self.label else str(
            self.not_judged)
