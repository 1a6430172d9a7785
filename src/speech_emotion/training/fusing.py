"""What the branches of a model say, made one."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from speech_emotion.models.fusion import Fusion
from speech_emotion.params.train_cnn import MAIN


def fused(
    predictions: Mapping[str, pd.DataFrame], labels: Sequence[str], how: Literal["mean", "validation"]
) -> tuple[Fusion, pd.DataFrame]:
    """Fuse what the branches of one fold's model say.

    Where temperatures and weights are fitted, it is on the validation part, of which every branch speaks as it has
    learnt from the training part alone. The test part is not looked at.

    Parameters
    ----------
    predictions : mapping from str to pd.DataFrame
        Of each branch, the main one among them: what `folds.finish` gives, of the same clips.
    labels : sequence of str
        The classes.
    how : {"mean", "validation"}
        See `Fusion.fit`.

    Returns
    -------
    fusion : Fusion
    predictions : pd.DataFrame
        As the main branch's, with the fused probabilities and, as logits, their logarithms. Of one branch alone, its
        own as they are.
    """
    table = predictions[MAIN]
    names = [f"p_{label}" for label in labels]
    given = {name: rows.set_index(["part", "clip_id"]).loc[pd.MultiIndex.from_frame(table[["part", "clip_id"]]), names]
             .to_numpy(np.float64) for name, rows in predictions.items()}
    validation = (table["part"] == "validation").to_numpy()
    classes = pd.Categorical(table.loc[validation, "label"], categories=list(labels)).codes.astype(np.int64)
    fusion = Fusion.fit({name: said[validation] for name, said in given.items()}, classes, how)
    if len(predictions) == 1:
        return fusion, table
    probabilities = fusion(given)
    logits = np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    return fusion, table.assign(**dict(zip(names, probabilities.T, strict=True)),
                                **{f"logit_{label}": logits[:, at] for at, label in enumerate(labels)})
