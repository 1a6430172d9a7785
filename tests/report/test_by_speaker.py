"""UAR of each speaker is scikit-learn's, and is told of those alone who have enough clips."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from speech_emotion.report import figures
from speech_emotion.report.by_speaker import by_speaker, figure


def _clips(speakers: int) -> pd.DataFrame:
    random = np.random.default_rng(0)
    names = [f"toy-{at:03}" for at in range(speakers)]
    return pd.concat([pd.DataFrame({"speaker": name, "label": random.choice(["anger", "fear", "joy"], 18 + at % 6),
                                    "predicted": random.choice(["anger", "fear", "joy"], 18 + at % 6)})
                      for at, name in enumerate(names)], ignore_index=True)


def test_it_is_balanced_accuracy_of_speakers_with_enough_clips() -> None:
    clips = _clips(12)
    table = by_speaker(clips).set_index("speaker")
    groups = {name: group for name, group in clips.groupby("speaker") if len(group) >= 20}
    assert table.index.tolist() == sorted(groups)
    for name, group in groups.items():
        with np.errstate(all="ignore"):
            assert table.loc[name, "uar"] == pytest.approx(balanced_accuracy_score(group["label"], group["predicted"]))
        assert table.loc[name, "clips"] == len(group)


@pytest.mark.parametrize("speakers", [0, 6, 200])
def test_the_figure_shows_the_worst_and_the_best(speakers: int, tmp_path: Path) -> None:
    table = by_speaker(_clips(speakers) if speakers else _clips(6).assign(speaker="a").head(3))
    drawn = figure(table, 0.33, "toy, loso")
    figures.save(drawn, tmp_path / "a.png", 50)
    figures.save(figure(table, 0.33, "toy, loso"), tmp_path / "b.png", 50)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    if not speakers:
        assert "no speaker has 20" in drawn.texts[-1].get_text()
        return
    shown = list(drawn.axes[0].lines[0].get_xdata())
    assert shown == sorted(shown)
    ranked = sorted(table["uar"])
    assert shown == (ranked if len(ranked) <= 60 else ranked[:30] + ranked[-30:])
    assert ("left out" in drawn.axes[0].get_xlabel()) == (len(ranked) > 60)
