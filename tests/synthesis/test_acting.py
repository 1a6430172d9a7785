"""The table of acoustic correlates and what is drawn from it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.corpora.synthetic import LABELS
from speech_emotion.synthesis import acting, markup
from speech_emotion.synthesis.speakers import SENTENCES, SPEAKERS

EMOTIONS = st.sampled_from(list(acting.PROFILES))
SEEDS = st.integers(0, 2**32 - 1)
WHICH = st.integers(0, len(SPEAKERS) - 1)


def cues_of(seed: int, speaker: int, emotion: str, clip: int) -> dict[str, float]:
    actor = acting.draw_actor(seed, speaker, len(SENTENCES))
    return acting.perform(actor, emotion, acting.clip_generator(seed, speaker, emotion, clip))


def test_emotions_are_those_of_the_corpus() -> None:
    assert set(acting.PROFILES) == set(LABELS)


def test_every_profile_gives_every_cue() -> None:
    assert all(list(profile) == list(acting.CUES) for profile in acting.PROFILES.values())
    assert not any(acting.PROFILES["neu"].values())


@given(seed=SEEDS, speaker=WHICH, emotion=EMOTIONS, clip=st.integers(0, 99))
def test_same_seed_same_performance(seed: int, speaker: int, emotion: str, clip: int) -> None:
    assert cues_of(seed, speaker, emotion, clip) == cues_of(seed, speaker, emotion, clip)
    assert cues_of(seed, speaker, emotion, clip) != cues_of(seed, speaker, emotion, clip + 1)


@given(seed=SEEDS, speaker=WHICH, emotion=EMOTIONS, clip=st.integers(0, 99))
def test_every_performance_is_a_voice_that_espeak_can_speak(seed: int, speaker: int, emotion: str, clip: int) -> None:
    cues = cues_of(seed, speaker, emotion, clip)
    lines = dict(line.split(" ", 1) for line in markup.voice(SPEAKERS[speaker], cues).splitlines())
    base, top = map(int, lines["pitch"].split())
    assert 40 <= base <= top < 800
    assert 0 <= int(lines["roughness"]) <= 7
    assert 2 <= int(lines["flutter"]) <= 18
    tone = list(map(int, lines["tone"].split()))
    assert all(0 <= gain <= 255 for gain in tone[1::2])
    assert 80 <= markup.rate(SPEAKERS[speaker], cues) <= 450


@given(seed=SEEDS, speaker=WHICH, emotion=EMOTIONS, sentence=st.sampled_from(SENTENCES))
def test_markup_keeps_the_words(seed: int, speaker: int, emotion: str, sentence: str) -> None:
    text = markup.ssml(sentence, cues_of(seed, speaker, emotion, 0))
    words = [word.split("P", 1)[1] for word in text.split() if word.startswith("\x01")]
    assert words == sentence.replace("|", "").split()


def test_tilt_is_the_gain_at_3_khz() -> None:
    neutral = dict.fromkeys(acting.CUES, 0.0)

    def gains(tilt: float) -> np.ndarray:
        lines = dict(line.split(" ", 1) for line in markup.voice(SPEAKERS[1], neutral | {"tilt": tilt}).splitlines())
        return np.array(list(map(float, lines["tone"].split()))[1::2])

    change = 20 * np.log10(gains(6.0) / gains(0.0))
    assert abs((change[-1] - change[0]) - 6) < 0.2


def test_speakers_are_balanced_by_sex_and_distinct() -> None:
    assert [speaker.name[-1] for speaker in SPEAKERS] == ["f", "m"] * 8
    assert [speaker.name[:5] for speaker in SPEAKERS] == [f"syn{n:02d}" for n in range(1, 17)]
    assert len({(s.accent, s.pitch, s.formants) for s in SPEAKERS}) == len(SPEAKERS)
    female, male = ([s.pitch for s in SPEAKERS if s.name.endswith(sex)] for sex in "fm")
    assert min(female) > max(male)
