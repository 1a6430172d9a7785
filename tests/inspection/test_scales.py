"""What the pictures of several clips share."""

import dataclasses

import numpy as np
import pytest

from speech_emotion.inspection.clips import Look
from speech_emotion.inspection.scales import shared


def test_the_longest_loudest_and_farthest_clip_decides(seen: Look) -> None:
    short = dataclasses.replace(seen, samples=seen.samples[:8000] * 2, log_mel=seen.log_mel[:51] + 7)
    for looks in ([seen, short], [short, seen]):
        scales = shared(looks)
        assert scales.seconds == 1.5
        assert scales.peak == np.abs(seen.samples).max()
        assert scales.power == (seen.log_mel.min(), max(seen.log_mel.max(), short.log_mel.max()))


def test_the_level_has_a_scale_of_its_own(seen: Look) -> None:
    mfcc = np.tile(np.array([-500, 3, -4], np.float32), (100, 1))
    mfcc[50:, 0] = -100
    scales = shared([dataclasses.replace(seen, mfcc=mfcc)])
    assert (scales.level, scales.mfcc) == ((-500, -100), 4)
    scales = shared([dataclasses.replace(seen, mfcc=mfcc[:, :1])])
    assert (scales.level, scales.mfcc) == ((-500, -100), 1)


def test_what_does_not_change_is_at_the_lower_end(silent: Look) -> None:
    scales = shared([silent])
    assert scales.power == pytest.approx((-100, -80))
    assert scales.level == pytest.approx((-800, -780))
    assert scales.mfcc == 1
