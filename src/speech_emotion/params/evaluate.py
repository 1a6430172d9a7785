"""Settings of the stage `evaluate`."""

from typing import Annotated

from pydantic import Field

from speech_emotion.params.base import Section


class Evaluate(Section):
    """Settings of the stage `evaluate`."""

    resamples: Annotated[int, Field(ge=100)]
    confidence: Annotated[float, Field(gt=0, lt=1)]
    dpi: Annotated[int, Field(ge=50, le=600)]
