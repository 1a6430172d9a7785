"""Encoders that have learnt from a corpus of emotion are not tested on it."""

from collections.abc import Collection

from speech_emotion.core.errors import UserError
from speech_emotion.params.extract_mfcc import Recipe


def require_unheard(recipe: Recipe, corpora: Collection[str]) -> None:
    """Refuse an encoder that has learnt from one of the corpora.

    Parameters
    ----------
    recipe : Recipe
        Its features.
    corpora : collection of str
        Those that are ingested.

    Raises
    ------
    UserError
        If the setting ``allow_heard`` of the feature `encoder` does not say that this is meant.
    """
    for name, settings in recipe.features.chosen().items():
        heard = sorted({*getattr(settings, "emotion_corpora", ())} & {*corpora})
        if heard and not getattr(settings, "allow_heard", False):
            raise UserError(
                f"extract_mfcc.features.{name}: the encoder {getattr(settings, 'name', '')} has learnt from "
                f"{', '.join(heard)}, so results on it would say nothing of new speakers; take another encoder or "
                "leave the corpus out (ingest.corpora). With allow_heard: true it is used, and its results are marked")
