"""What the models say of the clips that they were not trained on: the one table between training and evaluation.

`data/predictions.parquet` holds, for each fold, every clip of its validation and of its test part. It is all that
evaluation needs of a training beside its history: no model, no features, no TensorFlow. Notebooks read it with
``pandas.read_parquet``, or with `read`, which checks it and knows what run it is of.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
from pydantic import TypeAdapter

from speech_emotion.core import documents, tables
from speech_emotion.core.errors import UserError
from speech_emotion.probabilities import predicted, probability_table

__all__ = ["PARTS", "EncoderUse", "Origin", "Predictions", "predicted", "probability_table", "read", "schema", "write"]

PARTS = ("validation", "test")
"""The parts of a fold that are predicted."""

_FORMAT = 3
_METADATA = b"speech_emotion.predictions"
_HINT = "run: dvc repro train_cnn, or: dvc pull"


@dataclass(frozen=True)
class EncoderUse:
    """A pre-trained encoder that a branch of the model hears through.

    Attributes
    ----------
    branch : str
        Of the model.
    name, sha256, licence, trained_on : str
        As the settings say; the hash is of its weights.
    layers : tuple of int
        Which.
    heard : tuple of str
        Corpora of this run that it has learnt emotions from.
    """

    branch: str
    name: str
    sha256: str
    licence: str
    trained_on: str
    layers: tuple[int, ...]
    heard: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """What run predictions are of.

    Attributes
    ----------
    labels : tuple of str
        The classes, in the order of their columns.
    protocol : str
        Name of the evaluation protocol.
    speaker_independent, statement_independent : bool
        Whether speakers, and statements, of the test part are never trained on.
    seed : int
        Of split and training.
    settings : dict
        The sections of params.yaml that decided it, for people to read.
    validation : {"speakers", "statements", "clips"}
        What stayed whole when the clips of the validation part were taken out of the training part.
    transductive : bool
        Whether the unlabelled clips of the tested speakers were looked at, as they are to normalise by speaker.
    encoders : tuple of EncoderUse
        Pre-trained encoders that the model hears through.
    temperatures : dict from int to float
        Of each fold whose probabilities are those with a temperature (see `speech_emotion.temperature`): that
        temperature.
    made_with : dict
        Versions of Python and of the libraries that training rests on, and the processor of the machine that ran it.
    """

    labels: tuple[str, ...]
    protocol: str
    speaker_independent: bool
    statement_independent: bool
    seed: int
    settings: dict[str, Any]
    validation: Literal["speakers", "statements", "clips"] = "speakers"
    transductive: bool = False
    encoders: tuple[EncoderUse, ...] = ()
    temperatures: dict[int, float] = field(default_factory=dict)
    made_with: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Predictions:
    """Predictions, and what run they are of.

    Attributes
    ----------
    table : pd.DataFrame
        Columns as in `schema`.
    origin : Origin
    """

    table: pd.DataFrame
    origin: Origin

    def part(self, name: str) -> pd.DataFrame:
        """Give one part of every fold, with what is predicted.

        Parameters
        ----------
        name : {"validation", "test"}

        Returns
        -------
        pd.DataFrame
            Its rows of the table, in their order, with the column `predicted` added.

        Examples
        --------
        >>> table = pd.DataFrame({"part": ["validation", "test"], "p_anger": [0.9, 0.2], "p_fear": [0.1, 0.8]})
        >>> origin = Origin(("anger", "fear"), "loso", True, False, seed=1, settings={})
        >>> print(Predictions(table, origin).part("test").to_string(index=False))
        part  p_anger  p_fear predicted
        test      0.2     0.8      fear
        """
        rows = self.table[self.table["part"] == name].reset_index(drop=True)
        probabilities = rows[[f"p_{label}" for label in self.origin.labels]].to_numpy(dtype=np.float64)
        return rows.assign(predicted=predicted(self.origin.labels, probabilities))


def schema(labels: Sequence[str]) -> pandera.DataFrameSchema:
    """Say what the table holds, sorted by fold, part and clip_id.

    fold
        Number of the fold, from 0.
    clip_id
        As in the manifest.
    part
        "validation" (it measures; see `train_cnn.refit`) or "test" (it is evaluated).
    label
        The true label, as trained on.
    logit_<label>
        What the probability's logarithm is up to a constant; for a clip of several windows, the mean over them.
    p_<label>
        The probability; for a clip of several windows, the mean over them. The label with the highest is predicted.
    embedding
        Activations of the network's last layer before the logits, as one list; the mean over windows.
    baseline
        The label that the baseline without a network predicts.

    Parameters
    ----------
    labels : sequence of str
        The classes.

    Examples
    --------
    >>> ", ".join(schema(["anger", "fear"]).columns)
    'fold, clip_id, part, label, logit_anger, logit_fear, p_anger, p_fear, embedding, baseline'
    """
    finite = pandera.Check(lambda values: bool(np.isfinite(values.to_numpy(dtype=np.float64)).all()), name="finite")
    numbers = {f"{kind}_{label}": pandera.Column(pd.ArrowDtype(pa.float64()), [finite, *checks])
               for kind, checks in (("logit", []), ("p", [pandera.Check.in_range(0, 1)])) for label in labels}
    return pandera.DataFrameSchema(
        {
            "fold": pandera.Column(pd.ArrowDtype(pa.int16()), [pandera.Check.ge(0)]),
            "clip_id": pandera.Column(pd.ArrowDtype(pa.string())),
            "part": pandera.Column(pd.ArrowDtype(pa.string()), [pandera.Check.isin(PARTS)]),
            "label": pandera.Column(pd.ArrowDtype(pa.string()), [pandera.Check.isin(labels)]),
            **numbers,
            "embedding": pandera.Column(pd.ArrowDtype(pa.list_(pa.float32()))),
            "baseline": pandera.Column(pd.ArrowDtype(pa.string()), [pandera.Check.isin(labels)]),
        },
        unique=["fold", "clip_id"],
        strict=True,
        ordered=True,
    )


def write(predictions: Predictions, path: Path | str) -> None:
    """Check and write predictions: the same rows give the same bytes, and no reader meets half a file.

    Parameters
    ----------
    predictions : Predictions
        Rows in any order; types are converted.
    path : Path or str
        The Parquet file to write or replace.

    Raises
    ------
    pandera.errors.SchemaError
        If a row breaks the schema, which is a defect of the program.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> table = pd.DataFrame({"fold": 0, "clip_id": ["toy-2", "toy-1"], "part": "test", "label": ["anger", "fear"],
    ...     "logit_anger": [1.5, 0.0], "logit_fear": [0.0, 1.5], "p_anger": [0.8, 0.2], "p_fear": [0.2, 0.8],
    ...     "embedding": [[0.5], [1.0]], "baseline": ["anger", "fear"]})
    >>> origin = Origin(("anger", "fear"), "loso", True, False, seed=1, settings={})
    >>> with TemporaryDirectory() as folder:
    ...     write(Predictions(table, origin), Path(folder, "predictions.parquet"))
    ...     same = read(Path(folder, "predictions.parquet"))
    >>> same.origin == origin, same.table["clip_id"].tolist()
    (True, ['toy-1', 'toy-2'])
    """
    expected = schema(predictions.origin.labels)
    fields = [(name, column.dtype.type.pyarrow_dtype) for name, column in expected.columns.items()]
    rows = predictions.table.sort_values(["fold", "part", "clip_id"], ignore_index=True)
    table = pa.Table.from_pandas(rows, schema=pa.schema(fields), preserve_index=False)
    about = json.dumps({"format": _FORMAT, **asdict(predictions.origin)}, sort_keys=True)
    expected.validate(table.to_pandas(types_mapper=pd.ArrowDtype))
    tables.write(table, path, {_METADATA: about.encode()}, compression="zstd")


def read(path: Path | str) -> Predictions:
    """Read and check predictions, as `write` wrote them.

    Raises
    ------
    UserError
        If the file is missing, damaged, or holds no predictions.
    """
    path = Path(path)
    try:
        table = tables.read(path)
        about = documents.parse((table.schema.metadata or {}).get(_METADATA, b"{}"))
        if about.get("format") != _FORMAT:
            raise UserError(f"{path}: holds no predictions that this version reads; {_HINT}")
        origin = TypeAdapter(Origin).validate_python(about)
        rows = schema(origin.labels).validate(table.to_pandas(types_mapper=pd.ArrowDtype))
    except FileNotFoundError as error:
        raise UserError(f"{path}: there are no predictions; {_HINT}") from error
    except (pa.ArrowException, OSError, AttributeError, KeyError, TypeError, ValueError,
            pandera.errors.SchemaError, pandera.errors.SchemaErrors) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{path}: is damaged or holds no predictions ({reason}); {_HINT}") from error
    return Predictions(rows, origin)
