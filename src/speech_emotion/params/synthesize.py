"""Settings of the stage `synthesize`, which renders the embedded corpus."""

from typing import Annotated

from pydantic import Field

from speech_emotion.params.base import Section


class Synthesize(Section):
    """Settings of the stage `synthesize`."""

    seed: Annotated[int, Field(ge=0, lt=1 << 32)]
    # Female and male in turn, so an even number is balanced; sixteen voices are defined. Fewer than four leave no
    # speakers for training, validation and test.
    speakers: Annotated[int, Field(ge=4, le=16, multiple_of=2)]
    clips_per_emotion: Annotated[int, Field(ge=1, le=100)]
