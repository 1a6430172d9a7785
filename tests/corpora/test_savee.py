"""Which sentences of SAVEE are one: what the lengths of the published files say."""

import itertools
import re
from collections import Counter
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import pytest

from speech_emotion.corpora import published, savee

EMOTIONS = ("a", "d", "f", "h", "sa", "su")


@pytest.fixture(scope="module")
def lengths() -> pd.DataFrame:
    """Logarithm of the number of bytes by sentence and speaker, less the speaker's mean."""
    named = [re.fullmatch(r"(..)/([a-z]+)(\d\d)[.]wav", file.path).groups() for file in published.files(savee.CORPUS)]
    sizes = [np.log(file.bytes - 44) for file in published.files(savee.CORPUS)]
    rows = pd.DataFrame(named, columns=["speaker", "emotion", "number"]).assign(size=sizes)
    wide = rows.assign(number=rows["number"].astype(int)).pivot(
        index=["emotion", "number"], columns="speaker", values="size")
    return wide - wide.mean()


def test_of_all_orders_at_all_places_the_one_that_is_taken_fits_best(lengths: pd.DataFrame) -> None:
    first, order, own = savee._REPEATED
    pairs = np.stack([lengths.loc[[(emotion, number) for number in own]] for emotion in EMOTIONS])
    found = {}
    for start in range(4, 20):
        neutral = lengths.loc[[("n", number) for number in range(start, start + 12)]].to_numpy().reshape(6, 2, -1)
        squares = ((neutral[:, None] - pairs) ** 2).sum(axis=(2, 3))
        for places in itertools.permutations(range(6)):
            found[start, tuple(EMOTIONS[at] for at in places)] = squares[range(6), places].sum()
    assert min(found, key=found.__getitem__) == (first, order)
    assert found[first, order] < np.median(list(found.values())) / 4


def test_the_first_three_are_alike_in_all_emotions_and_no_other_number_is(lengths: pd.DataFrame) -> None:
    spread = lengths.groupby("number").std().mean(axis=1)
    assert spread[:3].max() < spread[3:15].min()


def test_there_are_as_many_sentences_as_the_authors_say() -> None:
    parse = savee.make_parser(PurePosixPath("root"))
    clips = [parse(PurePosixPath("root", file.path)) for file in published.files(savee.CORPUS)]
    labels = {}
    for clip in clips:
        labels.setdefault(clip.statement, set()).add(clip.label)
    # 3 that all seven have, 2 of each of six that neutral has too, 10 more of each, and 15 of neutral.
    assert Counter(len(each) for each in labels.values()) == {7: 3, 2: 12, 1: 6 * 10 + 15}
    assert labels["su05"] == {"surprise", "neutral"}
    assert Counter(clip.statement for clip in clips if clip.speaker == "kl" and clip.label == "neutral").most_common(1)[
        0][1] == 1
