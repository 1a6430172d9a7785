"""Settings of the stage `evaluate`."""

from typing import Annotated

from pydantic import Field

from speech_emotion.params.base import Section


class Intervals(Section):
    """How intervals over speakers are drawn: all that a number depends on."""

    resamples: Annotated[int, Field(ge=100)]
    """How many times speakers are drawn for the intervals."""
    confidence: Annotated[float, Field(gt=0, lt=1)]
    """Of the intervals."""


class Report(Section):
    """What of the audio is in the report."""

    audio_mb: Annotated[float, Field(ge=0, le=100)]
    """How much of the page may be audio, in MB; 0 for a silent one."""
    audio_seconds: Annotated[float, Field(gt=0, le=600)]
    """How much is heard of a clip, from its beginning, in s."""
    audio_also_of: Annotated[tuple[str, ...], Field(strict=False)]
    """Corpora whose clips are heard too although their licence, as far as it is known, does not let them be passed on.
    """


class Evaluate(Intervals):
    """Settings of the stage `evaluate`."""

    dpi: Annotated[int, Field(ge=50, le=600)]
    """Of the PNGs, in dots per inch."""
    report: Report
    """Of plots/report.html."""
