"""Settings of the stage `evaluate`."""

from typing import Annotated

from pydantic import Field

from speech_emotion.params.base import Section


class Evaluate(Section):
    """Settings of the stage `evaluate`."""

    resamples: Annotated[int, Field(ge=100)]
    """How many times speakers are drawn for the intervals."""
    confidence: Annotated[float, Field(gt=0, lt=1)]
    """Of the intervals."""
    dpi: Annotated[int, Field(ge=50, le=600)]
    """Of the PNGs, in dots per inch."""
