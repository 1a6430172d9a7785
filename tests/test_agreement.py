"""A result made elsewhere: the same, within what the committed one can tell, or not."""

from typing import Any

import pytest

from speech_emotion.agreement import agreement


def result(uar: float, accuracy: float, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"uar": uar, "accuracy": accuracy, "counts": {"test_clips": 120},
            "interval": {"uar": {"low": low, "high": high}, "confidence": 0.9}}


@pytest.mark.parametrize(("uar", "says"), [(0.71, "agrees"), (0.70, "agrees"), (0.69, "DOES NOT AGREE")])
def test_the_interval_over_speakers_decides_where_there_is_one(uar: float, says: str) -> None:
    said = agreement(result(uar, 0.1), result(0.8, 0.9, 0.70, 0.85))
    assert said.startswith(f"The result {says} with the committed one: UAR {uar:.3f}, committed 0.800 (90 % interval")


@pytest.mark.parametrize(("accuracy", "says"), [(0.75, "agrees"), (0.88, "agrees"), (0.74, "DOES NOT AGREE"),
                                                (0.89, "DOES NOT AGREE")])
def test_otherwise_what_so_many_clips_can_tell(accuracy: float, says: str) -> None:
    # Wilson's interval of 99 in 120: (99 + 1.92) / (120 + 3.84) -+ 1.96 / (120 + 3.84) * sqrt(99 * 21 / 120 + 0.96)
    said = agreement(result(0.1, accuracy), result(0.825, 0.825))
    assert said.startswith(f"The result {says} with")
    assert "95 % interval over 120 clips 0.747 to 0.883" in said


def test_equal_results_need_no_interval() -> None:
    assert agreement(result(0.5, 0.5), result(0.5, 0.5)) == "The result is the committed one: UAR 0.500."
