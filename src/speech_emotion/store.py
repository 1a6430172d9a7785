"""The feature store: all frames of a corpus in one memory-mapped array, and an index of what lies where.

``data/features/`` holds ``<corpus>.npy`` [shape=(frames, columns), dtype=float32] for each corpus, clip after clip,
and ``index.parquet`` with one row for each view of each clip: `clip_id`, `corpus`, `view` ("" for the clip as it is),
`first_frame` and `num_frames`. The index's metadata names the columns and keeps the frame rate and the recipe: the
settings that decide the numbers, and no others. Each further set of features (`extract_mfcc.branches`) is a store of
the same form in a folder of its name. Nothing in it depends on where the audio lies, on the time, or on who computed
it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import numpy as np
import numpy.lib.format as npy

from speech_emotion.arrays import Float32, mapped
from speech_emotion.core import documents, tables
from speech_emotion.core.errors import UserError

if TYPE_CHECKING:  # pandas and pyarrow are imported where needed: workers import this module's siblings, not them
    import pandas as pd
    import pyarrow

FORMAT = 2
METADATA = b"speech_emotion.features"
INDEX = "index.parquet"
_COLUMNS = ["clip_id", "corpus", "view", "first_frame", "num_frames"]
_CORPUS = re.compile("[A-Za-z0-9_]+")
"""What a corpus may be called: its name is a file's."""


class FeatureStore:
    """Read features by clip.

    Parameters
    ----------
    path : Path or str
        Folder written by the stage `extract_mfcc`.

    Attributes
    ----------
    columns : list of str
        Names of the feature matrices' columns.
    frame_rate : float > 0
        Frames per second.
    recipe : dict
        The settings that decide the numbers, ready for JSON. Stores with equal recipes can be used for one another.
    index : pd.DataFrame
        One row for each view of each clip; columns clip_id, corpus, view, first_frame, num_frames.

    Raises
    ------
    UserError
        If the folder is missing, was not written by this program, or is damaged.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._read_index()
        self._arrays: dict[str, Float32] = {}
        self._check()

    def frames(self, clip_id: str, view: str = "") -> Float32:
        """Features of one view of one clip.

        Returns
        -------
        np.ndarray [shape=(frames, columns), dtype=float32]
            A read-only slice of the memory-mapped array.

        Raises
        ------
        UserError
            If the store does not hold them.
        """
        try:
            corpus, first, count = self._where[clip_id, view]
        except KeyError:
            what = f"clip '{clip_id}'" + (f" in the view '{view}'" if view else "")
            raise UserError(f"{self.path}: holds no features of {what}; run `dvc repro`") from None
        return self._arrays[corpus][first : first + count]

    def branch(self, name: str) -> "FeatureStore":
        """Open a further set of features, of a branch of the model; raises as the class does."""
        return FeatureStore(self.path / name)

    def views(self, clip_id: str) -> list[str]:
        """Names of the views that the store holds of a clip; "" is the clip as it is."""
        return [view for clip, view in self._where if clip == clip_id]

    @cached_property
    def _where(self) -> dict[tuple[str, str], tuple[str, int, int]]:
        index = self.index
        rows = zip(index["corpus"], index["first_frame"].tolist(), index["num_frames"].tolist(), strict=True)
        return dict(zip(zip(index["clip_id"], index["view"], strict=True), rows, strict=True))

    def _read_index(self) -> None:
        import pyarrow

        path = self.path / INDEX
        if not path.is_file():
            raise UserError(f"{path}: there is no feature store; run `dvc repro extract_mfcc` or `dvc pull`")
        try:
            table = tables.read(path)
            about = documents.parse((table.schema.metadata or {}).get(METADATA, b"{}"))
            if about.get("format") != FORMAT:
                raise UserError(f"{path}: holds no features that this version reads; run `dvc repro extract_mfcc`")
            self.columns: list[str] = list(about["columns"])
            self.frame_rate = float(about["frame_rate"])
            self.recipe: dict[str, Any] = dict(about["recipe"])
            if not all(isinstance(name, str) for name in self.columns) or len({*self.columns}) < len(self.columns):
                raise ValueError("its names of columns are not unique")
            if not 0 < self.frame_rate < float("inf"):
                raise ValueError(f"its frame rate is {self.frame_rate}")
            if table.schema.remove_metadata() != _schema():
                raise ValueError("its columns, or their types, are others")
            if any(column.null_count for column in table.columns):
                raise ValueError("values are missing")
            self.index: pd.DataFrame = table.to_pandas()
        except (pyarrow.ArrowException, OSError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._damaged(f"{INDEX} is not an index of features ({error})") from error

    def _check(self) -> None:
        if self.index.duplicated(["clip_id", "view"]).any():
            raise self._damaged(f"{INDEX} names a clip twice")
        for corpus, rows in self.index.groupby("corpus", sort=False):
            if not _CORPUS.fullmatch(str(corpus)):
                raise self._damaged(f"{INDEX} names a corpus {corpus!r}")
            path = self.path / f"{corpus}.npy"
            try:
                array = mapped(path)
            except (OSError, ValueError) as error:
                raise self._damaged(f"{path.name} cannot be read ({error})") from error
            num_columns = len(self.columns)
            if array.dtype != np.float32 or array.shape[1:] != (num_columns,) or not array.flags.c_contiguous:
                raise self._damaged(f"{path.name} is {array.dtype} {array.shape}, and not float32 (..., {num_columns})")
            first, count = rows["first_frame"], rows["num_frames"]
            if not count.between(1, len(array)).all() or (first != count.cumsum() - count).any():
                raise self._damaged(f"{INDEX} has gaps, or names frames that there cannot be")
            if count.sum() != len(array):
                raise self._damaged(f"{path.name} has {len(array)} frames, the index says {count.sum()}")
            self._arrays[str(corpus)] = array.view(np.ndarray)

    def _damaged(self, what: str) -> UserError:
        return UserError(f"{self.path}: {what}; run `dvc repro extract_mfcc`, or `dvc checkout` to get it back")


class Writer:
    """Write a feature store; a context manager that completes it at its end, unless there was an error.

    Parameters
    ----------
    folder : Path
        An empty folder.
    columns : list of str
        Names of the feature matrices' columns.
    frame_rate : float > 0
        Frames per second.
    recipe : mapping
        The settings that decide the numbers, and no others, ready for JSON.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Writer(Path(folder), ["rms"], 100.0, {"features": {"rms": {"frame_length": 512}}}) as writer:
    ...         writer.add("toy", "toy-a", "", np.full((3, 1), 0.5, dtype=np.float32))
    ...     store = FeatureStore(folder)
    ...     print(store.columns, store.frame_rate, store.views("toy-a"), store.frames("toy-a").ravel())
    ['rms'] 100.0 [''] [0.5 0.5 0.5]
    """

    def __init__(self, folder: Path, columns: list[str], frame_rate: float, recipe: Mapping[str, Any]) -> None:
        self.folder = folder
        self._columns = columns
        self._about = {"format": FORMAT, "columns": columns, "frame_rate": frame_rate, "recipe": dict(recipe)}
        self._rows: list[tuple[str, str, str, int, int]] = []
        self._corpus = ""
        self._file: BinaryIO | None = None
        self._num_frames = 0
        self._closing = ExitStack()

    def add(self, corpus: str, clip_id: str, view: str, values: Float32) -> None:
        """Append one view of one clip; all of a corpus comes before the next.

        Parameters
        ----------
        corpus, clip_id, view : str
            Whose features.
        values : np.ndarray [shape=(frames, columns), dtype=float32]
            The features of that view.
        """
        if self._file is None or corpus != self._corpus:
            self._finish_corpus()
            self._corpus, self._num_frames = corpus, 0
            self._file = self._closing.enter_context((self.folder / f"{corpus}.npy").open("xb"))
            self._write_header()
        with self._disk_errors():
            self._file.write(np.ascontiguousarray(values, dtype="<f4").data)
        self._rows.append((clip_id, corpus, view, self._num_frames, len(values)))
        self._num_frames += len(values)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Complete the store, or leave it incomplete after an error."""
        if kind is None:
            with self._disk_errors(), self._closing:
                self._finish_corpus()
                self._write_index()
        else:
            with suppress(OSError):  # closing a file writes what is left of it
                self._closing.close()

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserError(
                f"{self.folder}: the features cannot be written ({error.strerror or error}); "
                "make room there, then run the same command again"
            ) from error

    def _finish_corpus(self) -> None:
        if self._file is not None:
            # How many frames there are is known now. numpy leaves room for it in the header.
            self._file.seek(0)
            self._write_header()
            self._file.close()
            self._file = None

    def _write_header(self) -> None:
        assert self._file is not None
        npy.write_array_header_1_0(
            self._file,
            {"descr": "<f4", "fortran_order": False, "shape": (self._num_frames, len(self._columns))},
        )

    def _write_index(self) -> None:
        import pyarrow

        table = pyarrow.table(
            {name: [row[at] for row in self._rows] for at, name in enumerate(_COLUMNS)}, schema=_schema()
        )
        tables.write(table, self.folder / INDEX, {METADATA: json.dumps(self._about, sort_keys=True).encode()})


def _schema() -> "pyarrow.Schema":
    import pyarrow

    kinds = [pyarrow.string()] * 3 + [pyarrow.int64()] * 2
    return pyarrow.schema(list(zip(_COLUMNS, kinds, strict=True)))
