"""What each clip is normalised by: the statistics of all training clips, its own, its corpus's, or its speaker's.

=========  ============================================  =====================================
kind       mean and deviation of the network's columns   statistics that the baseline sees
=========  ============================================  =====================================
global     of the training part's frames                 as they are
clip       of the clip's own frames                      as they are
corpus     of the frames of the corpus's training clips  as they are
speaker    of the frames of all clips of the speaker     standardised over the speaker's clips
=========  ============================================  =====================================

A speaker is normalised by all of his or her clips, whatever part they are in and without their labels. For a tested
speaker those are test clips: such a model is transductive, and what it says of a clip depends on the speaker's others.
A corpus that is not trained on is normalised as with "global".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.functionals import statistics
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.models.windows import stretches

FEWEST_CLIPS = 5
"""With fewer clips, a speaker's statistics would say more of what is said than of who speaks."""

@dataclass(frozen=True)
class Scale:
    """What one clip is normalised by.

    Attributes
    ----------
    frames : Normalisation
        Of the columns that the networks see.
    statistics : Normalisation or None
        Of what `baseline.statistics` gives; None to leave it as it is.
    """

    frames: Normalisation
    statistics: Normalisation | None = None


def of_speaker(clips: Sequence[Float32], blueprint: Blueprint) -> Scale:
    """Measure the clips of one speaker.

    Parameters
    ----------
    clips : sequence of np.ndarray [shape=(frames, columns), dtype=float32]
        Features of the clips, not normalised. Clips in another view, which sound like another speaker's, are measured
        apart.
    blueprint : Blueprint
        Which columns the networks see, and how long a window is.

    Returns
    -------
    Scale
        What is the same in all clips has a deviation of 1.

    Raises
    ------
    UserError
        If there are fewer than `FEWEST_CLIPS`.

    Examples
    --------
    >>> from speech_emotion.models.provenance import Provenance
    >>> blueprint = Blueprint(labels=("anger", "fear"), columns=("zcr",), frame_rate=100.0, recipe={},
    ...                       window_frames=100, network="cnn", network_settings={}, training={},
    ...                       provenance=Provenance((), min_duration=0.3))
    >>> clips = [np.full((30, 1), level, np.float32) for level in (1, 1, 1, 3, 3, 3)]
    >>> scale = of_speaker(clips, blueprint)
    >>> scale.frames.mean, scale.frames.std, scale.statistics.std[:2]
    (array([2.], dtype=float32), array([1.], dtype=float32), array([1., 1.], dtype=float32))
    """
    if len(clips) < FEWEST_CLIPS:
        raise UserError(f"too few clips to normalise them by their speaker's own statistics: {len(clips)}, and it "
                        f"takes {FEWEST_CLIPS}; give more clips of the speaker together")
    measured = [np.stack([statistics(part, blueprint.columns, blueprint.statistics)
                          for part in stretches(clip, blueprint.window_frames)[0]]) for clip in clips]
    return Scale(Normalisation.fit(blueprint.seen(clip) for clip in clips), Normalisation.fit(measured))


def by_corpus(clips: Iterable[tuple[str, Float32]], blueprint: Blueprint) -> dict[str, Normalisation]:
    """Measure the training clips of each corpus.

    Parameters
    ----------
    clips : iterable of (str, np.ndarray [shape=(frames, columns), dtype=float32])
        Corpus and features of each, not normalised.
    blueprint : Blueprint
        Which columns the networks see.

    Returns
    -------
    dict from str to Normalisation
        In order of the corpora's names.
    """
    of_corpus: dict[str, list[Float32]] = {}
    for corpus, clip in clips:
        of_corpus.setdefault(corpus, []).append(clip)
    return {name: Normalisation.fit(blueprint.seen(clip) for clip in of_corpus[name]) for name in sorted(of_corpus)}


def of_clip(
    clip: Float32, blueprint: Blueprint, everything: Normalisation, corpora: Mapping[str, Normalisation],
    corpus: str | None = None,
) -> Scale:
    """Choose what a clip is normalised by, if that takes no other clips of its speaker.

    Parameters
    ----------
    clip : np.ndarray [shape=(frames, columns), dtype=float32]
        Its features, not normalised.
    blueprint : Blueprint
        Which kind of normalisation.
    everything : Normalisation
        Of the whole training part.
    corpora : mapping from str to Normalisation
        Of each corpus that is trained on, for "corpus".
    corpus : str or None
        The clip's; None or another one's is taken for one that is not trained on.

    Returns
    -------
    Scale

    Raises
    ------
    UserError
        If the kind is "speaker".
    """
    match blueprint.normalisation:
        case "speaker":
            raise UserError(f"this model normalises a clip by its speaker's clips; give at least {FEWEST_CLIPS} clips "
                            "of one speaker together")
        case "clip":
            return Scale(Normalisation.fit([blueprint.seen(clip)]))
        case "corpus":
            return Scale(corpora.get(corpus or "", everything))
        case _:
            return Scale(everything)
