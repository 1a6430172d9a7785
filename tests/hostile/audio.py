"""Hostile audio: mutants of every container that the project reads."""

import io
import random
import struct
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile

from speech_emotion.audio import resampling
from speech_emotion.features import compute
from speech_emotion.ingest import checks
from speech_emotion.ingest.intake import take_in
from speech_emotion.ingest.probe import Content, Failure, probe
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.testing import make_corpus, tone, write_encoded

from .guard import ROOT, Finding, generator, guarded
from .summary import Summary

_WRITTEN = {
    "wav": [("WAV", subtype) for subtype in ("PCM_16", "PCM_24", "FLOAT", "DOUBLE", "ULAW", "IMA_ADPCM", "GSM610")]
    + [("WAVEX", "PCM_16"), ("NIST", "PCM_16")],
    "rf64": [("RF64", "PCM_16")], "w64": [("W64", "PCM_16"), ("W64", "FLOAT")],
    "aiff": [("AIFF", "PCM_16"), ("AIFF", "FLOAT")], "au": [("AU", "PCM_16"), ("AU", "FLOAT")],
    "flac": [("FLAC", "PCM_16")], "ogg": [("OGG", "VORBIS")], "opus": [("OGG", "OPUS")],
    "mp3": [("MP3", "MPEG_LAYER_III")], "caf": [("CAF", "PCM_16"), ("CAF", "ALAC_16")], "sds": [("SDS", "PCM_16")],
    "voc": [("VOC", "PCM_16")], "sf": [("IRCAM", "FLOAT")], "paf": [("PAF", "PCM_16")], "htk": [("HTK", "PCM_16")],
    "iff": [("SVX", "PCM_16")], "avr": [("AVR", "PCM_16")], "mat": [("MAT4", "DOUBLE"), ("MAT5", "FLOAT")],
    "pvf": [("PVF", "PCM_16")], "xi": [("XI", "DPCM_16")], "mpc": [("MPC2K", "PCM_16")],
    "gsm": [("RAW", "GSM610")], "vox": [("RAW", "VOX_ADPCM")],
}
_NOT_READ = ("sds", "voc", "sf", "paf", "htk", "iff", "avr", "mat", "pvf", "xi", "mpc", "gsm", "vox")
_ENCODED = ("m4a", "mp4", "mov", "3gp", "amr", "aac", "wma", "webm", "mka", "avi", "flv")
_RATES = {"3gp": 8_000, "amr": 8_000, "webm": 48_000, "opus": 48_000}
_FIELDS = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 44_100, 10_000_000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
           (1 << 63) - 1, (1 << 64) - 1)
_FLOATS = (1e30, -1e30, 1e10, 3e38, float("inf"), float("nan"), 1e-40)
_SOUND = 3
"""Clips beside the mutants in a folder that is taken in whole."""


@lru_cache
def sound_files() -> tuple[tuple[str, bytes], ...]:
    """Give extension and bytes of a sound file of each kind."""
    made = []
    for extension, kinds in _WRITTEN.items():
        rate = _RATES.get(extension, 16_000)
        for at, (container, subtype) in enumerate(kinds):
            buffer = io.BytesIO()
            channels = 2 if at % 2 and container not in ("XI", "HTK") else 1
            samples = np.repeat(tone(at, duration=0.7, sample_rate=rate)[:, None], channels, axis=1)
            soundfile.write(buffer, samples, rate, subtype, format=container)
            made.append((extension, buffer.getvalue()))
    return tuple(made)


@lru_cache
def encoded_files(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """Give those that FFmpeg writes."""
    made = []
    for extension in _ENCODED:
        rate = _RATES.get(extension, 16_000)
        path = write_encoded(folder / f"sound.{extension}", tone(7, duration=0.7, sample_rate=rate), rate,
                             video=extension in ("mp4", "avi"))
        made.append((extension, path.read_bytes()))
        path.unlink()
    return tuple(made)


def mutant(random: random.Random, files: tuple[tuple[str, bytes], ...]) -> tuple[str, bytes]:
    """Make a hostile file: its extension and bytes."""
    # Of formats that are not read at all one in ten.
    read = [file for file in files if file[0] not in _NOT_READ]
    extension, whole = random.choice(read if random.randrange(10) else files)
    data = bytearray(whole)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if not data:
            break
        match random.randrange(9):
            case 0:  # flips, anywhere
                for _ in range(random.choice((1, 4, 64, 1000))):
                    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
            case 1:  # flips in what is likely a header
                for _ in range(random.choice((1, 2, 8))):
                    data[random.randrange(min(len(data), 100))] ^= 1 << random.randrange(8)
            case 2:  # cut
                del data[random.choice((random.randrange(len(data)), random.randrange(min(len(data), 200)),
                                        len(data) - 1 - random.randrange(min(len(data), 16)))):]
            case 3 | 4:  # a field of the header
                size, order = random.choice((1, 2, 4, 4, 8)), random.choice(("little", "big"))
                at = random.randrange(0, max(1, min(len(data), 160) - size), random.choice((1, 2, 4)))
                data[at : at + size] = (random.choice(_FIELDS) % (1 << 8 * size)).to_bytes(size, order)
            case 5:  # spliced with another file
                other = random.choice(files)[1]
                at, of = random.randrange(len(data)), random.randrange(len(other))
                data[at : at + random.choice((0, 64, 4096))] = other[of : of + random.choice((16, 512, 1 << 16))]
            case 6:  # a stretch of one value, or repeated, or left out
                at = random.randrange(len(data))
                length = random.choice((8, 100, 5000))
                data[at : at + length] = random.choice((bytes(length), b"\xff" * length, b"",
                                                        3 * data[at : at + length]))
            case 7:  # floats that no sound has
                for _ in range(random.choice((1, 100))):
                    at = random.randrange(0, max(1, len(data) - 8), 4)
                    data[at : at + 4] = struct.pack(random.choice("<>") + "f", random.choice(_FLOATS))
            case 8:  # under another name
                extension = random.choice(files)[0]
    return extension, bytes(data)


@lru_cache
def _recipe() -> ExtractMfcc:
    return load(ROOT / "params.yaml", ExtractMfcc)


def case(seed: int, number: int, folder: Path) -> str:
    """Let ingest and extraction have a mutant; every fiftieth time a folder of them beside sound clips."""
    random = generator(seed, number)
    files = sound_files() + encoded_files(folder)
    if number % 50 == 0:
        return _folder(random, files, folder)
    extension, data = mutant(random, files)
    path = folder / f"clip.{extension}"
    path.write_bytes(data)
    content = probe(path).content
    if not isinstance(content, Content):
        if not isinstance(content, Failure) or not content.reason:
            raise Finding(f"refused without a reason: {content}")
        return "refused"
    if checks.fault(content, min_duration=0.3):
        return "refused"
    samples, digest = resampling.load(path, _recipe().sample_rate, _recipe().resampler)
    if digest != content.digest:
        raise Finding(f".{extension}: other samples when it is read again")
    for view in ("", "speed-1.1"):
        features = compute.features(compute.prepare(samples, _recipe(), view=view), _recipe())
        if not np.isfinite(features).all():
            raise Finding(f".{extension}: taken, and its features are not finite (peak {content.peak_dbfs:.0f} dBFS)")
    return "taken"


def _folder(random: random.Random, files: tuple[tuple[str, bytes], ...], folder: Path) -> str:
    sound = make_corpus(folder, "emodb", speakers=["03"], labels=["anger", "fear", "neutral"])
    for at in range(20):
        extension, data = mutant(random, files)
        (folder / f"{at}.{extension}").write_bytes(data)
    intake = take_in(folder, ["emodb", "folder"], min_duration=0.3, workers=1)
    there = set(intake.files["path"])
    if lost := [path.name for path in sound if path.relative_to(folder).as_posix() not in there]:
        raise Finding(f"beside mutants these sound clips were lost: {', '.join(lost)}")
    return "a folder taken"


def attack(seed: int, cases: int, folder: Path, *, first: int = 0, workers: int = 1) -> Summary:
    """Try that many mutants."""
    return guarded("audio", case, seed, cases, folder, first=first, workers=workers)
