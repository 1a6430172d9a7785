"""Settings of the stage `ingest`."""

from typing import Annotated, Literal

from pydantic import Field

from speech_emotion.params.base import Section


class Ingest(Section):
    """Which clips are taken in."""

    root: Annotated[str, Field(min_length=1)]
    """Folder of the audio: one corpus, or several below it."""
    corpora: list[str]
    """Names of the corpora to take; [] for all that are recognised by their file names."""
    min_duration: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """Shortest clip that is taken, and that the model trained on them judges, in s."""
    strict: bool
    """Whether any rejected clip stops the pipeline."""
    ravdess_song: bool
    """Whether RAVDESS's sung clips are taken too."""
    crema_d_label: Literal["acted", "voice", "face", "multimodal"]
    """CREMA-D's label: as acted, or what the crowd perceived from voice, face or both."""
    table: str
    """For the corpus `table`: a CSV or Parquet file below the root; "" for none."""

    def options(self) -> dict[str, dict[str, object]]:
        """Options of the corpora that have any, as their `make_parser` takes them.

        Examples
        --------
        >>> from speech_emotion.params.base import load
        >>> load("params.yaml", Ingest).options()["crema_d"]
        {'label': 'acted'}
        """
        return {
            "ravdess": {"song": self.ravdess_song},
            "crema_d": {"label": self.crema_d_label},
            "table": {"file": self.table},
        }
