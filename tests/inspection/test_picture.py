"""Clips as a PNG file."""

import dataclasses
import struct
from pathlib import Path

import numpy as np

from speech_emotion.inspection.clips import Look
from speech_emotion.inspection.picture import write_png


def width(path: Path) -> int:
    return int(struct.unpack(">I", path.read_bytes()[16:20])[0])


def test_the_same_clips_give_the_same_bytes_without_a_version_or_date(seen: Look, tmp_path: Path) -> None:
    looks = [dataclasses.replace(seen, title=title) for title in ("one", "two")]
    for name in ("a.png", "b.png"):
        write_png(looks, tmp_path / name)
    content = (tmp_path / "a.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert b"tEXt" not in content
    assert content == (tmp_path / "b.png").read_bytes()


def test_clips_stand_side_by_side(seen: Look, tmp_path: Path) -> None:
    write_png([seen], tmp_path / "one.png")
    write_png([seen] * 6, tmp_path / "six.png")
    assert width(tmp_path / "six.png") > 1.5 * width(tmp_path / "one.png")


def test_silence_can_be_drawn(seen: Look, tmp_path: Path) -> None:
    silent = dataclasses.replace(seen, samples=np.zeros_like(seen.samples), log_mel=np.full_like(seen.log_mel, -100),
                                 mfcc=np.zeros_like(seen.mfcc))
    write_png([silent], tmp_path / "silent.png")
    assert width(tmp_path / "silent.png") == 1080
