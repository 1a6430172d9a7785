"""The synthetic speakers and what they read.

Sixteen voices, female and male in turn, that differ in accent, vocal tract, pitch, pitch range, rate and voice
quality. The values are this project's own, within what eSpeak NG's voice variants use; mean pitch and its spread
follow adult English speakers (Traunmueller & Eriksson 1995, "The frequency range of the voice fundamental in the
speech of male and female adults": about 210 Hz and 120 Hz).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Speaker:
    """How one speaker sounds when neutral.

    Attributes
    ----------
    name : str
        "syn", a number and the sex.
    accent : str
        Variety of English; see `espeak.synthesise`.
    pitch : float [Hz]
        Mean of the fundamental frequency.
    pitch_spread : float [semitones]
        Standard deviation of the fundamental frequency.
    rate : float [words/min]
        Speaking rate.
    formants : tuple of float [shape=(4,), unit=ratio]
        Frequencies of formants 1, 2, 3 and 4 and above, relative to eSpeak's own male voice.
    tilt : float [dB]
        Energy at 3 kHz against that below 600 Hz, relative to eSpeak's default.
    breath : float [scalar, 0 to 1]
        Breathiness.
    roughness : float [scalar, 0 to 7]
        Creak, in eSpeak's steps.
    """

    name: str
    accent: str
    pitch: float
    pitch_spread: float
    rate: float
    formants: tuple[float, float, float, float]
    tilt: float
    breath: float
    roughness: float


SPEAKERS = (
    Speaker("syn01f", "en-US", 205, 2.2, 172, (1.14, 1.12, 1.14, 1.15), 0.0, 0.15, 0),
    Speaker("syn02m", "en-GB-x-rp", 112, 2.0, 165, (0.98, 0.99, 1.00, 1.00), 0.0, 0.05, 1),
    Speaker("syn03f", "en-GB-scotland", 222, 2.5, 180, (1.18, 1.20, 1.18, 1.20), 1.5, 0.05, 0),
    Speaker("syn04m", "en-US", 98, 1.7, 158, (0.92, 0.95, 0.94, 0.95), -1.5, 0.10, 2),
    Speaker("syn05f", "en", 190, 1.9, 168, (1.10, 1.13, 1.10, 1.12), -1.5, 0.25, 1),
    Speaker("syn06m", "en-GB-scotland", 128, 2.4, 178, (1.02, 1.03, 1.04, 1.05), 1.0, 0.00, 0),
    Speaker("syn07f", "en-US-nyc", 214, 2.4, 185, (1.16, 1.15, 1.20, 1.18), 1.0, 0.10, 0),
    Speaker("syn08m", "en-029", 120, 2.3, 170, (1.00, 0.97, 0.98, 1.02), -0.5, 0.10, 1),
    Speaker("syn09f", "en-GB-x-rp", 235, 2.1, 170, (1.20, 1.17, 1.16, 1.22), -0.5, 0.20, 0),
    Speaker("syn10m", "en-US-nyc", 105, 1.9, 182, (0.95, 0.98, 1.02, 0.97), 1.5, 0.00, 2),
    Speaker("syn11f", "en-GB-x-gbclan", 198, 2.0, 162, (1.12, 1.18, 1.13, 1.10), 0.5, 0.10, 1),
    Speaker("syn12m", "en", 117, 1.8, 163, (0.97, 1.02, 0.97, 1.00), -1.0, 0.15, 0),
    Speaker("syn13f", "en-029", 210, 2.6, 176, (1.15, 1.10, 1.12, 1.14), -1.0, 0.15, 0),
    Speaker("syn14m", "en-GB-x-gbcwmd", 133, 2.1, 174, (1.04, 1.00, 1.01, 1.03), 0.5, 0.05, 1),
    Speaker("syn15f", "en-GB-x-gbcwmd", 182, 1.8, 166, (1.08, 1.09, 1.11, 1.08), 0.0, 0.20, 2),
    Speaker("syn16m", "en-GB-x-gbclan", 109, 2.2, 171, (0.94, 0.96, 0.99, 0.98), 0.0, 0.05, 1),
)
"""All speakers. Any even number from the front is half female."""

PHRASE_BREAK = "|"
"""Where a speaker may pause in a sentence."""

SENTENCES = (
    "The letter is lying | on the kitchen table.",
    "They moved the chairs | to the other room.",
    "It takes about an hour | to get there.",
    "She put the green box | next to the door.",
    "The train leaves | from the second platform.",
    "He wrote the number | on a piece of paper.",
    "We can meet again | on Monday afternoon.",
    "There are seven apples | in the basket.",
    "Someone left an umbrella | in the hallway.",
    "The shop on the corner | opens at nine.",
)
"""What is read, semantically neutral as in RAVDESS and CREMA-D (own wording); sentence s01 is the first."""
