"""How each emotion is acted: acoustic correlates from the literature, varied by speaker and by clip.

Sources
-------
JL03 : Juslin & Laukka (2003), Communication of emotions in vocal expression and music performance: Different
    channels, same code? Psychological Bulletin 129(5), 770-814, doi 10.1037/0033-2909.129.5.770; the summary of cue
    patterns. It leaves disgust out.
BS00 : Burkhardt & Sendlmeier (2000), Verification of acoustical correlates of emotional speech using
    formant-synthesis. ISCA Workshop on Speech and Emotion, 151-156.
S03 : Scherer (2003), Vocal communication of emotion: A review of research paradigms. Speech Communication 40,
    227-256, doi 10.1016/S0167-6393(02)00084-5.
MA93 : Murray & Arnott (1993), Toward the simulation of emotion in synthetic speech. JASA 93(2), 1097-1108,
    doi 10.1121/1.405558.
MA95 : Murray & Arnott (1995), Implementation and testing of a system for producing emotion-by-rule in synthetic
    speech. Speech Communication 16(4), 369-390.
C90 : Cahn (1990), The generation of affect in synthesized speech. Journal of the American Voice I/O Society 8, 1-19.

=========== ================================================================================================
anger       fast, loud, much high-frequency energy, high pitch, wide range, rising contour, irregular (JL03; S03);
            abrupt changes on stressed syllables (MA93); laryngealised (MA95)
disgust     very slow, quieter, low pitch, slightly wide range, wide falls at the end, grumbled (MA93)
fear        fast, high pitch, narrow to hardly wider range, rising contour, little high-frequency energy, very
            irregular (JL03); very high pitch, falsetto, +30 % tempo (BS00); S03 finds more high-frequency energy
            and intensity (panic), so these two are small here and vary widely
happiness   fast, fairly loud, some high-frequency energy, high pitch, wide range, rising contour, regular (JL03;
            S03); spread lips raise formants 1 and 2 by 10 % (BS00)
neutral     the reference: every cue is zero
sadness     slow, quiet, little high-frequency energy, low pitch, narrow range, falling contour, slight irregularity
            (JL03; S03); breathy, with pauses (C90)
=========== ================================================================================================

The directions are the sources'; the magnitudes are this project's, chosen within what actors and synthesis rules use
so that emotions overlap as they do in human acting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Cue:
    """One acoustic cue, zero in neutral speech, and how widely actors differ in it.

    Attributes
    ----------
    unit : str
        Of all numbers here.
    speaker_sd : float
        Standard deviation, over speakers, of what is the speaker's own way with one emotion.
    clip_sd : float
        Standard deviation over the clips of one speaker and emotion.
    """

    unit: str
    speaker_sd: float
    clip_sd: float


CUES: Mapping[str, Cue] = MappingProxyType({
    "pitch": Cue("semitones", 0.8, 0.8),  # mean
    "spread": Cue("octaves", 0.18, 0.15),  # log2 ratio of the pitch's standard deviation
    "contour": Cue("semitones", 0.7, 0.7),  # rise of the pitch from first to last word
    "rate": Cue("octaves", 0.05, 0.05),  # log2 ratio of the speaking rate
    "loudness": Cue("dB", 1.2, 1.2),
    "tilt": Cue("dB", 1.3, 1.2),  # energy at 3 kHz against that below 600 Hz
    "breath": Cue("0..1", 0.07, 0.06),
    "tremor": Cue("0..1", 0.07, 0.06),
    "roughness": Cue("eSpeak steps", 0.6, 0.5),
    "first_formant": Cue("ratio", 0.015, 0.012),  # relative shift: jaw opening, pharynx
    "second_formant": Cue("ratio", 0.015, 0.012),  # relative shift: lip spreading
    "accents": Cue("octaves", 0.12, 0.10),  # log2 ratio of the stressed to the unstressed syllables' amplitude
    "pause": Cue("s", 0.03, 0.03),
})
"""The cues, in the order of the profiles' columns."""

_PROFILES: Mapping[str, tuple[float, ...]] = MappingProxyType({
    # the cues in their order:
    #      pitch spread contour rate  loud  tilt breath tremor rough  F1    F2   accents pause
    "ang": (3.5, 0.70, 1.0, 0.20, 5.0, 6.0, -0.05, 0.10, 2.5, 0.06, 0.00, 0.60, 0.00),
    "dis": (-2.0, 0.15, -3.0, -0.30, -1.0, -1.5, 0.05, 0.05, 3.0, 0.08, -0.06, 0.20, 0.10),
    "fea": (5.5, -0.05, 2.0, 0.28, 0.5, -0.5, 0.30, 0.55, 0.5, 0.00, 0.00, -0.10, 0.08),
    "hap": (4.0, 0.85, 2.0, 0.16, 3.0, 2.5, 0.00, -0.05, -0.5, 0.05, 0.10, 0.30, 0.00),
    "neu": (0.0, 0.00, 0.0, 0.00, 0.0, 0.0, 0.00, 0.00, 0.0, 0.00, 0.00, 0.00, 0.00),
    "sad": (-1.5, -0.70, -1.5, -0.32, -4.5, -6.0, 0.35, 0.15, 0.5, -0.03, -0.03, -0.40, 0.18),
})

PROFILES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {emotion: MappingProxyType(dict(zip(CUES, values, strict=True))) for emotion, values in _PROFILES.items()}
)
"""For each emotion's code in file names, the cues of a fully expressive actor, in the units of `CUES`."""

# An actor's expressiveness, and a clip's intensity within it, scale the whole profile.
_EXPRESSIVENESS = (0.65, 1.15)
_INTENSITY = (0.7, 1.15)

# First word of every seed, so that no two of these streams can coincide.
_OF_SPEAKER, _OF_CLIP = 1, 2


def clip_generator(seed: int, speaker: int, emotion: str, clip: int) -> np.random.Generator:
    """Start the random numbers of one clip: independent of every other clip and of the order of rendering.

    Parameters
    ----------
    seed : int >= 0
        Of the corpus.
    speaker, clip : int >= 0
        Which of the speakers, and which of the speaker's clips of the emotion.
    emotion : str
        A key of `PROFILES`.

    Returns
    -------
    np.random.Generator
    """
    return np.random.default_rng([_OF_CLIP, seed, speaker, list(PROFILES).index(emotion), clip])


@dataclass(frozen=True)
class Actor:
    """What is one speaker's own in acting and recording, the same in every clip.

    Attributes
    ----------
    expressiveness : float
        Scales every profile.
    manner : Mapping of str to np.ndarray [shape=(n_cues,)]
        For each emotion, what the actor adds to its profile, in the units and order of `CUES`.
    sentences : np.ndarray [shape=(n_sentences,), dtype=int]
        Order in which the sentences are read. It is the same for every emotion, so that the words say nothing
        about the emotion.
    gain : float [dB]
        Of the recording.
    noise : float [dBFS]
        Level of the room's noise.
    """

    expressiveness: float
    manner: Mapping[str, NDArray[np.float64]]
    sentences: NDArray[np.int64]
    gain: float
    noise: float


def draw_actor(seed: int, speaker: int, n_sentences: int) -> Actor:
    """Draw what is a speaker's own.

    Parameters
    ----------
    seed : int >= 0
        Of the corpus.
    speaker : int >= 0
        Which speaker.
    n_sentences : int > 0
        How many sentences there are.

    Returns
    -------
    Actor

    Examples
    --------
    >>> actor = draw_actor(seed=1, speaker=0, n_sentences=10)
    >>> sorted(actor.sentences.tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    >>> 0.65 <= actor.expressiveness <= 1.15
    True
    """
    rng = np.random.default_rng([_OF_SPEAKER, seed, speaker])
    sd = np.array([cue.speaker_sd for cue in CUES.values()])
    return Actor(
        expressiveness=rng.uniform(*_EXPRESSIVENESS),
        manner={emotion: sd * rng.standard_normal(len(sd)) for emotion in PROFILES},
        sentences=rng.permutation(n_sentences),
        gain=rng.normal(0, 2.0),
        noise=rng.uniform(-66, -54),
    )


def perform(actor: Actor, emotion: str, rng: np.random.Generator) -> dict[str, float]:
    """Draw how an actor sounds in one clip.

    Parameters
    ----------
    actor : Actor
        From `draw_actor`.
    emotion : str
        A key of `PROFILES`.
    rng : np.random.Generator
        The clip's, from `clip_generator`.

    Returns
    -------
    dict of str to float
        A value for each of `CUES`, in its unit, relative to the speaker's neutral voice.

    Examples
    --------
    >>> actor = draw_actor(seed=1, speaker=0, n_sentences=10)
    >>> angry = perform(actor, "ang", clip_generator(seed=1, speaker=0, emotion="ang", clip=0))
    >>> sad = perform(actor, "sad", clip_generator(seed=1, speaker=0, emotion="sad", clip=0))
    >>> angry["loudness"] > sad["loudness"]
    True
    """
    strength = actor.expressiveness * rng.uniform(*_INTENSITY)
    own = actor.manner[emotion]
    return {
        name: strength * PROFILES[emotion][name] + float(own[i]) + cue.clip_sd * rng.standard_normal()
        for i, (name, cue) in enumerate(CUES.items())
    }
