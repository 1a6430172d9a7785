"""From a speaker and the cues of a performance to eSpeak NG's voice definition and SSML."""

import html
from collections.abc import Mapping

from speech_emotion.synthesis.speakers import PHRASE_BREAK, Speaker

# Measured on eSpeak NG 1.52: with `pitch <base> <top>` a sentence has mean F0 = base - 9 + 0.825 * (top - base) Hz and
# a standard deviation of 0.27 * (top - base) Hz.
_BELOW_BASE, _MEAN_PER_WIDTH, _SD_PER_WIDTH = 9.0, 0.825, 0.27
_LOWEST_BASE = 40.0

# eSpeak's defaults (docs/voices.md), which the cues change.
_TONE = ((600, 170), (1200, 135), (2000, 110), (3000, 110))
_STRESS_AMPLITUDES = (16, 16, 20, 20, 20, 24, 24, 22)
_NO_CHANGE, _STEPS_PER_OCTAVE = 50, 50  # of the embedded pitch command, 0 to 99

_SHORTEST_PAUSE = 0.04
"""In s: less than this is no pause, and none is written."""


def voice(speaker: Speaker, cues: Mapping[str, float]) -> str:
    """Write the voice definition for `espeak.synthesise`.

    Parameters
    ----------
    speaker : Speaker
        Whose voice.
    cues : Mapping of str to float
        From `acting.perform`.

    Returns
    -------
    str
        Lines that are added to the accent's.

    Examples
    --------
    >>> from speech_emotion.synthesis.acting import CUES
    >>> from speech_emotion.synthesis.speakers import SPEAKERS
    >>> neutral = dict.fromkeys(CUES, 0.0)
    >>> voice(SPEAKERS[0], neutral).splitlines()[:2]
    ['pitch 129 232', 'flutter 2']
    """
    mean = speaker.pitch * 2 ** (cues["pitch"] / 12)
    spread = speaker.pitch_spread * 2 ** cues["spread"]
    width = mean * (2 ** (spread / 12) - 1) / _SD_PER_WIDTH
    # The lowest base limits how wide a low voice can be.
    width = min(width, (mean + _BELOW_BASE - _LOWEST_BASE) / _MEAN_PER_WIDTH)
    base = mean + _BELOW_BASE - _MEAN_PER_WIDTH * width
    breath = _within(speaker.breath + cues["breath"], 0, 1)
    f1, f2, f3, f4 = speaker.formants
    f1, f2 = f1 * (1 + cues["first_formant"]), f2 * (1 + cues["second_formant"])
    lines = [
        f"pitch {base:.0f} {base + width:.0f}",
        f"flutter {2 + 16 * _within(cues['tremor'], 0, 1):.0f}",
        f"roughness {_within(speaker.roughness + cues['roughness'], 0, 7):.0f}",
        *(f"formant {number} {100 * ratio:.0f} 100 100"
          for number, ratio in ((0, f1), (1, f1), (2, f2), (3, f3), (4, f4), (5, f4), (6, f4), (7, f4), (8, f4))),
        "tone " + " ".join(f"{frequency} {gain:.0f}" for frequency, gain in _tone(speaker.tilt + cues["tilt"])),
        f"voicing {100 - 45 * breath:.0f}",
        "breath 0 " + " ".join(f"{16 * breath * share:.0f}" for share in (1, 1, 1, 0.8, 0.6, 0.4, 0.3)),
        "stressAmp " + " ".join(f"{20 * (amplitude / 20) ** (2 ** cues['accents']):.0f}"
                                for amplitude in _STRESS_AMPLITUDES),
    ]
    return "\n".join(lines)


def rate(speaker: Speaker, cues: Mapping[str, float]) -> int:
    """Work out the speaking rate for `espeak.synthesise`, in words/min.

    Parameters
    ----------
    speaker, cues
        As for `voice`.

    Returns
    -------
    int
        In [80, 450].
    """
    return round(_within(speaker.rate * 2 ** cues["rate"], 80, 450))


def ssml(sentence: str, cues: Mapping[str, float]) -> str:
    r"""Write the text for `espeak.synthesise`, with the contour and the pause.

    Parameters
    ----------
    sentence : str
        One of `speakers.SENTENCES`.
    cues : Mapping of str to float
        From `acting.perform`.

    Returns
    -------
    str
        SSML, with a command for the pitch before every word.

    Examples
    --------
    >>> ssml("Wait | here.", {"contour": 6.0, "pause": 0.2})
    '\x0138PWait <break time="200ms"/> \x0162Phere.'
    """
    pieces: list[str] = []
    words = sentence.replace(PHRASE_BREAK, "").split()
    spoken = 0
    for token in sentence.split():
        if token == PHRASE_BREAK:
            if cues["pause"] > _SHORTEST_PAUSE:
                pieces.append(f'<break time="{1000 * min(cues["pause"], 0.6):.0f}ms"/>')
            continue
        # Every word has its command, even where the contour is flat: the command itself changes how words are joined.
        rise = cues["contour"] * (spoken / (len(words) - 1) - 0.5)
        step = _within(_NO_CHANGE + _STEPS_PER_OCTAVE * rise / 12, 0, 99)
        pieces.append(f"\x01{step:.0f}P{html.escape(token)}")
        spoken += 1
    return " ".join(pieces)


def _tone(tilt: float) -> list[tuple[int, float]]:
    # The tilt grows linearly in dB with frequency from the first corner to the last. eSpeak holds amplitudes in 8 bits.
    first, last = _TONE[0][0], _TONE[-1][0]
    gains = [amplitude * 10 ** (tilt * (frequency - first) / (last - first) / 20) for frequency, amplitude in _TONE]
    scale = min(1.0, 255 / max(gains))
    return [(frequency, gain * scale) for (frequency, _), gain in zip(_TONE, gains, strict=True)]


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
