"""eSpeak NG, bound by ctypes: voice definition and text in, samples out.

The wheel `espeakng-loader` brings the library (1.52) and its voices, so nothing need be installed on the machine.
Functions and constants: eSpeak NG's `speak_lib.h`; voice definitions: its `docs/voices.md`.
"""

import _ctypes
import ctypes
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

from speech_emotion.core.errors import UserError

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples go to the callback in this thread, none to a sound device
_DO_NOT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT: report missing data rather than end the process
_UTF8, _SSML = 1, 0x10
_RATE, _VOLUME = 1, 2

# Half of eSpeak's default. At the default a loud voice overflows 16 bits, and its automatic gain control then
# pumps: loudness would depend on what was said before.
_HALF_VOLUME = 50

# LoadVoice copies the path of the voice file into a buffer of at least this many bytes and does not check.
_LONGEST_PATH = 150

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def synthesise(ssml: str, *, accent: str, voice: str, rate: int, seed: int) -> tuple[NDArray[np.int16], int]:
    """Speak one utterance; the samples depend on the arguments alone.

    Parameters
    ----------
    ssml : str
        Text in SSML; eSpeak's own embedded commands (Ctrl-A) work too.
    accent : str
        One of eSpeak's varieties of English, a file in `espeak-ng-data/lang/gmw` such as "en-GB-scotland".
    voice : str
        Lines of a voice definition (`pitch`, `formant`, `tone`, ...) that are added to the accent's.
    rate : int [words/min]
        Speaking rate, 80 to 450.
    seed : int
        Of the noise in breathy voices.

    Returns
    -------
    samples : np.ndarray [shape=(n,), dtype=int16]
    sample_rate : int [Hz]

    Raises
    ------
    UserError
        If the library or its data cannot be loaded, the accent is unknown, the folder for temporary files has
        too long a path, or eSpeak refuses the voice or the text.

    Examples
    --------
    >>> samples, sample_rate = synthesise("Good morning.", accent="en-US", voice="pitch 80 120", rate=170, seed=1)
    >>> samples.dtype, sample_rate
    (dtype('int16'), 22050)
    >>> 0.5 < len(samples) / sample_rate < 2
    True
    """
    definition = f"{_accent(accent)}\n{voice}\n"
    chunks: list[NDArray[np.int16]] = []

    def collect(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int | None) -> int:
        if count > 0:  # the last call brings a null pointer and no samples
            chunks.append(np.ctypeslib.as_array(samples, shape=(count,)).astype(np.int16))
        return 0

    callback = _Callback(collect)
    with tempfile.TemporaryDirectory() as folder, _fresh_library() as (library, sample_rate):
        path = os.fsencode(Path(folder) / "voice")
        if len(path) > _LONGEST_PATH:
            raise UserError(f"{folder}: the path of the folder for temporary files is too long for eSpeak NG; "
                            "set TMPDIR to a shorter one")
        Path(os.fsdecode(path)).write_text(definition, encoding="utf-8")
        _check(library.espeak_ng_SetVoiceByFile(path), "the voice definition", library)
        library.espeak_SetSynthCallback(callback)
        _check(library.espeak_SetParameter(_RATE, rate, 0), f"the speaking rate {rate}", library)
        _check(library.espeak_SetParameter(_VOLUME, _HALF_VOLUME, 0), "the volume", library)
        _check(library.espeak_ng_SetRandSeed(ctypes.c_long(seed)), "the seed", library)
        text = ssml.encode()
        status = library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 1, 0, _UTF8 | _SSML, None, None)
        _check(status, f"the text {ssml!r}", library)
        _check(library.espeak_Synchronize(), f"the text {ssml!r}", library)
    return np.concatenate(chunks) if chunks else np.empty(0, np.int16), sample_rate


@contextmanager
def _fresh_library() -> Iterator[tuple[ctypes.CDLL, int]]:
    # eSpeak keeps state in static variables (position in the flutter table, cycle count, gain control, noise) that
    # neither espeak_Terminate nor espeak_Initialize resets. Loading the library anew for every utterance does, in
    # 2.5 ms, and is what makes a clip independent of the clips before it.
    path, data = espeakng_loader.get_library_path(), _data()
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise UserError(f"eSpeak NG cannot be loaded ({error}); install the package espeakng-loader anew, or on a "
                        "platform for which it has no wheel, use a corpus of your own (ingest.root)") from error
    try:
        sample_rate = library.espeak_Initialize(_SYNCHRONOUS, 0, os.fsencode(data), _DO_NOT_EXIT)
        if sample_rate <= 0:
            raise UserError(f"{data}: eSpeak NG cannot read its voice data here; install the package espeakng-loader "
                            f"anew, in a folder whose path is below {_LONGEST_PATH} characters")
        yield library, sample_rate
        library.espeak_Terminate()
    finally:
        handle = library._handle
        del library
        getattr(_ctypes, "FreeLibrary" if os.name == "nt" else "dlclose")(handle)  # each exists on its own system only


def _check(status: int, what: str, library: ctypes.CDLL) -> None:
    if status != 0:
        message = ctypes.create_string_buffer(512)
        library.espeak_ng_GetStatusCodeMessage(status, message, ctypes.c_size_t(len(message)))
        raise UserError(f"eSpeak NG refuses {what}: {message.value.decode(errors='replace')}")


def _data() -> Path:
    try:
        return Path(espeakng_loader.get_data_path())
    except RuntimeError as error:
        message = f"eSpeak NG's voice data is missing ({error}); install the package espeakng-loader anew"
        raise UserError(message) from error


@cache
def _accent(name: str) -> str:
    folder = _data() / "lang" / "gmw"
    try:
        return (folder / name).read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{folder / name}: eSpeak NG has no such accent ({error.strerror}); install the package "
                        "espeakng-loader anew") from error
