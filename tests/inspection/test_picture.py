"""Clips as a PNG file."""

import dataclasses
import itertools
import struct
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh

from speech_emotion.inspection.clips import Look
from speech_emotion.inspection.picture import draw, write_png


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


def mesh(axes: Axes) -> QuadMesh:
    (drawn,) = [child for child in axes.collections if isinstance(child, QuadMesh)]
    return drawn


def colours(drawn: QuadMesh) -> set[tuple[float, ...]]:
    return {tuple(colour) for colour in drawn.to_rgba(drawn.get_array()).reshape(-1, 4).round(3).tolist()}


def test_clips_of_any_length_share_one_time_axis(seen: Look, silent: Look) -> None:
    short = dataclasses.replace(seen, samples=seen.samples[:8000], log_mel=seen.log_mel[:51], mfcc=seen.mfcc[:51])
    panels = draw([seen, silent, short]).axes[:12]
    assert {axes.get_xlim() for axes in panels} == {(0, 2)}


def test_the_first_mfcc_has_colours_of_its_own(seen: Look) -> None:
    wave, power, mfcc, level, *bars = draw([seen]).axes
    assert len(bars) == 3
    rest, first = seen.mfcc[:, 1:], seen.mfcc[:, 0]
    np.testing.assert_array_equal(mesh(mfcc).get_array(), rest.T)
    assert mfcc.get_ylim() == (0.5, 19.5), "indices stay what they are"
    assert mesh(mfcc).get_clim() == pytest.approx((-np.percentile(np.abs(rest), 99), np.percentile(np.abs(rest), 99)))
    np.testing.assert_array_equal(mesh(level).get_array(), first[np.newaxis])
    assert mesh(level).get_clim() == (first.min(), first.max())
    assert mesh(power).get_clim() == (seen.log_mel.min(), seen.log_mel.max())
    assert wave.get_title() == "tone.wav"


def test_a_single_mfcc_is_drawn(seen: Look) -> None:
    _wave, _power, level, *_bars = draw([dataclasses.replace(seen, mfcc=seen.mfcc[:, :1])]).axes
    assert mesh(level).get_array().shape == (1, 151)


def test_silence_is_dark_and_has_no_pattern(silent: Look) -> None:
    rounding = np.random.default_rng(0).uniform(-1e-4, 1e-4, silent.mfcc.shape).astype(np.float32)
    silent = dataclasses.replace(silent, mfcc=silent.mfcc + rounding)
    wave, power, mfcc, level, *_bars = draw([silent]).axes
    assert [text.get_text() for text in wave.texts] == ["digital silence"]
    darkest = {name: tuple(round(part, 3) for part in mpl.colormaps[name](0)) for name in ("magma", "viridis")}
    assert colours(mesh(power)) == {darkest["magma"]}
    assert colours(mesh(level)) == {darkest["viridis"]}
    assert all(min(colour) > 0.95 for colour in colours(mesh(mfcc))), "the middle of the scale, which is white"


def test_long_titles_do_not_run_into_each_other(seen: Look) -> None:
    title = "nemo-0123456789ab: pleasant_surprise, nemo-a-speaker-with-a-long-name"
    figure = draw([dataclasses.replace(seen, title=title)] * 3)
    figure.draw_without_rendering()
    titles = [axes.title.get_window_extent() for axes in figure.axes[:3]]
    for left, right in itertools.pairwise(titles):
        assert left.x1 < right.x0
