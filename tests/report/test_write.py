"""The data behind the plots."""

import pandas as pd

from speech_emotion.report.write import cells


def test_every_cell_of_the_confusion_has_a_row_whatever_was_met_or_predicted() -> None:
    labels = ["anger", "calm", "fear"]
    rows = cells(pd.DataFrame([[3, 0, 1], [0, 0, 0], [2, 0, 0]], labels, labels))
    assert rows[["actual", "predicted", "clips"]].to_numpy().tolist() == [
        ["anger", "anger", 3], ["anger", "calm", 0], ["anger", "fear", 1],
        ["calm", "anger", 0], ["calm", "calm", 0], ["calm", "fear", 0],
        ["fear", "anger", 2], ["fear", "calm", 0], ["fear", "fear", 0],
    ]
    assert rows["share"].dropna().tolist() == [0.75, 0, 0.25, 1, 0, 0]
    assert rows.loc[rows["share"].isna(), "actual"].tolist() == ["calm"] * 3
