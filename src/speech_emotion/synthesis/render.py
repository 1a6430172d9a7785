"""Render the embedded corpus into a folder."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from speech_emotion.core.files import replacing
from speech_emotion.params.synthesize import Synthesize
from speech_emotion.synthesis import acting, espeak, markup
from speech_emotion.synthesis.recording import record
from speech_emotion.synthesis.speakers import SENTENCES, SPEAKERS


def render_corpus(folder: Path | str, settings: Synthesize, *, workers: int = -1) -> int:
    """Render every clip into `folder`, replacing it.

    The files are `<speaker>/<speaker>_<sentence>_<emotion>_<take>.wav`, 16 bits, mono. Each depends on the seed and on
    what its name says alone: not on the number of workers, nor on which other clips are rendered.

    Parameters
    ----------
    folder : Path or str
        The folder to write. If anything fails, it stays as it was.
    settings : Synthesize
        Seed, speakers and clips.
    workers : int
        Processes; -1 for one per core.

    Returns
    -------
    int
        The number of clips.

    Raises
    ------
    UserError
        If eSpeak NG cannot be used.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> settings = Synthesize(seed=1, speakers=4, clips_per_emotion=1)
    >>> with TemporaryDirectory() as folder:
    ...     render_corpus(Path(folder, "audio"), settings, workers=1)
    ...     sorted(path.name for path in Path(folder, "audio").iterdir())
    24
    ['syn01f', 'syn02m', 'syn03f', 'syn04m']
    """
    with replacing(folder, directory=True) as temporary:
        pool = Parallel(n_jobs=workers, return_as="generator_unordered")
        done: Iterable[int] = pool(
            delayed(_render_speaker)(temporary, settings.seed, speaker, settings.clips_per_emotion)
            for speaker in range(settings.speakers)
        )
        return sum(tqdm(done, total=settings.speakers, desc="synthesize", unit="speaker", disable=None))


def clip_name(speaker: int, emotion: str, clip: int, actor: acting.Actor) -> tuple[str, int]:
    """Name a clip: its path below the corpus folder, and its sentence.

    Parameters
    ----------
    speaker, clip : int >= 0
        Which speaker, and which of the speaker's clips of the emotion.
    emotion : str
        A key of `acting.PROFILES`.
    actor : acting.Actor
        The speaker's.

    Returns
    -------
    path : str
    sentence : int
        Index into `speakers.SENTENCES`.

    Examples
    --------
    >>> actor = acting.draw_actor(seed=1, speaker=0, n_sentences=len(SENTENCES))
    >>> path, sentence = clip_name(0, "ang", 0, actor)
    >>> path == f"syn01f/syn01f_s{sentence + 1:02}_ang_1.wav"
    True
    """
    sentence = int(actor.sentences[clip % len(SENTENCES)])
    take = clip // len(SENTENCES) + 1
    name = SPEAKERS[speaker].name
    return f"{name}/{name}_s{sentence + 1:02d}_{emotion}_{take}.wav", sentence


def render_clip(seed: int, speaker: int, emotion: str, clip: int) -> tuple[str, NDArray[np.int16], int]:
    """Render one clip.

    Parameters
    ----------
    seed, speaker, emotion, clip
        As for `acting.clip_generator`.

    Returns
    -------
    path : str
        Below the corpus folder.
    samples : np.ndarray [shape=(n,), dtype=int16]
    sample_rate : int [Hz]

    Raises
    ------
    UserError
        If eSpeak NG cannot be used.

    Examples
    --------
    >>> path, samples, sample_rate = render_clip(seed=1, speaker=0, emotion="sad", clip=0)
    >>> path[:13], samples.dtype, sample_rate
    ('syn01f/syn01f', dtype('int16'), 22050)
    """
    actor = acting.draw_actor(seed, speaker, len(SENTENCES))
    rng = acting.clip_generator(seed, speaker, emotion, clip)
    cues = acting.perform(actor, emotion, rng)
    path, sentence = clip_name(speaker, emotion, clip, actor)
    who = SPEAKERS[speaker]
    speech, sample_rate = espeak.synthesise(
        markup.ssml(SENTENCES[sentence], cues),
        accent=who.accent,
        voice=markup.voice(who, cues),
        rate=markup.rate(who, cues),
        seed=int(rng.integers(1, 2**31)),
    )
    samples = record(
        speech,
        sample_rate,
        loudness=cues["loudness"],
        tremor=cues["tremor"],
        gain=actor.gain,
        noise=actor.noise,
        rng=rng,
    )
    return path, samples, sample_rate


def _render_speaker(folder: Path, seed: int, speaker: int, clips_per_emotion: int) -> int:
    clips = [(emotion, clip) for emotion in acting.PROFILES for clip in range(clips_per_emotion)]
    for emotion, clip in clips:
        path, samples, sample_rate = render_clip(seed, speaker, emotion, clip)
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        soundfile.write(target, samples, sample_rate, subtype="PCM_16")
    return len(clips)
