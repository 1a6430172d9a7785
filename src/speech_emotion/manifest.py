"""The one table between ingest and all that follows: what each clip is; and beside it, where each clip lies.

`data/manifest.parquet` says what a clip *is*, by its decoded samples and its label. `data/files.parquet` says where it
*lies*. They are apart so that renaming or moving a file, or converting it to FLAC, leaves the manifest's bytes
as they are: what depends on the manifest alone (training) does not run again.
"""

from pathlib import Path

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from speech_emotion.core import tables
from speech_emotion.core.errors import UserError

DIGEST_LETTERS = 16
"""Letters of the digest in a clip's id (64 bits: no two of a million clips agree by chance)."""
CORPUS = "[a-z][a-z0-9_]*"
"""What a corpus may be called: its name becomes a file's, and part of the ids of its clips."""
FLAG_SEPARATOR = ";"
"""Between the names in `audit_flags`."""
LOSSLESS = "lossless"
"""The `encoding` of all files that keep every sample: to convert one to another changes no clip."""


def _column(kind: pa.DataType, checks: list[pandera.Check] | None = None, *, nullable: bool = False,
            unique: bool = False) -> pandera.Column:
    return pandera.Column(pd.ArrowDtype(kind), checks or [], nullable=nullable, unique=unique)


_DIGEST = [pandera.Check.str_matches(r"^[0-9a-f]{32}$")]
_SHA256 = [pandera.Check.str_matches(r"^[0-9a-f]{64}$")]
_NAME = [pandera.Check.str_length(min_value=1)]

SCHEMA = pandera.DataFrameSchema(
    {
        "clip_id": _column(pa.string(), [pandera.Check.str_matches(rf"^{CORPUS}-[0-9a-f]{{{DIGEST_LETTERS}}}$")],
                           unique=True),
        "corpus": _column(pa.string(), [pandera.Check.str_matches(rf"^{CORPUS}$")]),
        "label": _column(pa.string(), _NAME),
        "native_label": _column(pa.string(), _NAME),
        "speaker": _column(pa.string(), _NAME),
        "sex": _column(pa.string(), [pandera.Check.isin(["female", "male"])], nullable=True),
        "age": _column(pa.int16(), [pandera.Check.in_range(0, 130)], nullable=True),
        "language": _column(pa.string(), nullable=True),
        "statement": _column(pa.string(), nullable=True),
        "intensity": _column(pa.string(), nullable=True),
        "repetition": _column(pa.int16(), nullable=True),
        "duration": _column(pa.float64(), [pandera.Check.gt(0)]),
        "sample_rate": _column(pa.int32(), [pandera.Check.gt(0)]),
        "channels": _column(pa.int16(), [pandera.Check.ge(1)]),
        "peak_dbfs": _column(pa.float64()),
        "rms_dbfs": _column(pa.float64()),
        "leading_silence": _column(pa.float64(), [pandera.Check.ge(0)]),
        "trailing_silence": _column(pa.float64(), [pandera.Check.ge(0)]),
        "noise_dbfs": _column(pa.float64()),
        "bandwidth": _column(pa.int32(), [pandera.Check.ge(0)]),
        "encoding": _column(pa.string(), _NAME),
        "digest": _column(pa.string(), _DIGEST, unique=True),
        "audit_flags": _column(pa.string()),
    },
    checks=[
        pandera.Check(lambda table: table["clip_id"] == table["corpus"] + "-" + table["digest"].str[:DIGEST_LETTERS],
                      error="clip_id is corpus and digest"),
        pandera.Check(lambda table: _begins_with_corpus(table), error="speaker begins with its corpus"),
    ],
    strict=True,
    ordered=True,
)
"""The manifest, sorted by corpus and clip_id.

clip_id
    Corpus and first letters of the digest, as in "ravdess-1f0c...".
label
    One of `corpora.base.VOCABULARY`; for the user's own clips, the user's.
native_label
    The corpus's own word or code.
speaker
    Unique across corpora, as in "emodb-03".
sex, age, language, statement, intensity, repetition
    As far as the authors publish them; age in years, language a BCP-47 tag.
duration, sample_rate, channels
    In s and Hz, of the audio as it is stored.
peak_dbfs, rms_dbfs
    Of the mean over channels, in dB relative to full scale.
leading_silence, trailing_silence, noise_dbfs, bandwidth
    What room, microphone and editor left, in s, dB relative to full scale and Hz; see `ingest.conditions.Conditions`.
encoding
    `LOSSLESS`, or the name of the encoding in which the clip lost something, such as "mpeg_layer_iii".
digest
    Hash of the decoded mono samples and the sample rate (`audio.digest.of_samples`).
audit_flags
    What the audit noticed, keys of `ingest.rules.FLAGS` joined by ";"; "" if nothing.
"""

FILES_SCHEMA = pandera.DataFrameSchema(
    {
        "clip_id": _column(pa.string(), unique=True),
        "path": _column(pa.string(), _NAME, unique=True),
        "sha256": _column(pa.string(), _SHA256),
        "bytes": _column(pa.int64(), [pandera.Check.gt(0)]),
        "published": _column(pa.bool_(), nullable=True),
        "renamed": _column(pa.bool_()),
    },
    strict=True,
    ordered=True,
)
"""Where each clip lies, in the manifest's order.

path
    Relative to ingest.root, with forward slashes.
sha256, bytes
    Of the file.
published
    Whether the file is byte for byte the published one; null where the index does not tell.
renamed
    Whether its name says something else than what its bytes are published as, and what was taken.
"""


def read(path: Path | str) -> pd.DataFrame:
    """Read and check the manifest.

    Parameters
    ----------
    path : Path or str
        As `write` wrote it.

    Returns
    -------
    pd.DataFrame
        Columns as in `SCHEMA`, with pyarrow types.

    Raises
    ------
    UserError
        If the file is missing, damaged, or not a manifest.

    Examples
    --------
    >>> read("nowhere.parquet")
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: nowhere.parquet: there is no manifest; run: dvc repro ingest
    """
    return _read(Path(path), SCHEMA, "manifest")


def read_files(path: Path | str) -> pd.DataFrame:
    """Read and check the table of files; like `read`, with columns as in `FILES_SCHEMA`."""
    return _read(Path(path), FILES_SCHEMA, "table of files")


def write(clips: pd.DataFrame, path: Path | str) -> None:
    """Check and write a manifest: the same rows give the same bytes, and no reader meets half a file.

    Parameters
    ----------
    clips : pd.DataFrame
        Columns as in `SCHEMA`, in any order of rows; types are converted.
    path : Path or str
        The file to write or replace.

    Raises
    ------
    pandera.errors.SchemaError
        If a row breaks the schema, which is a defect of the program.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write(empty(), Path(folder, "manifest.parquet"))
    ...     read(Path(folder, "manifest.parquet")).columns[:4].tolist()
    ['clip_id', 'corpus', 'label', 'native_label']
    """
    _write(clips.sort_values(["corpus", "clip_id"]), Path(path), SCHEMA)


def write_files(files: pd.DataFrame, path: Path | str) -> None:
    """Check and write the table of files; like `write`, with columns as in `FILES_SCHEMA`, sorted by clip."""
    _write(files.sort_values("clip_id"), Path(path), FILES_SCHEMA)


def join_files(clips: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """Put beside each clip where it lies.

    Parameters
    ----------
    clips, files : pd.DataFrame
        As `read` and `read_files` give them.

    Returns
    -------
    pd.DataFrame
        The rows of `clips`, in their order, with the columns of `files` added.

    Raises
    ------
    UserError
        If a clip has no file: the two tables are not of one run.

    Examples
    --------
    >>> clips = pd.DataFrame({"clip_id": ["toy-2", "toy-1"], "label": ["anger", "fear"]})
    >>> files = pd.DataFrame({"clip_id": ["toy-1", "toy-2"], "path": ["f/1.wav", "a/2.wav"]})
    >>> join_files(clips, files)
      clip_id  label     path
    0   toy-2  anger  a/2.wav
    1   toy-1   fear  f/1.wav
    """
    wide = clips.merge(files, on="clip_id", how="left", validate="one_to_one")
    lost = wide.loc[wide["path"].isna(), "clip_id"]
    if len(lost):
        raise UserError(f"{len(lost)} clips of the manifest have no file (the first: {lost.iloc[0]}); "
                        "manifest and table of files are of different runs. Run: dvc repro ingest")
    return wide


def empty(schema: pandera.DataFrameSchema = SCHEMA) -> pd.DataFrame:
    """Make a table of that schema without rows.

    Examples
    --------
    >>> empty(FILES_SCHEMA).columns.tolist()
    ['clip_id', 'path', 'sha256', 'bytes', 'published', 'renamed']
    """
    table: pd.DataFrame = _arrow_schema(schema).empty_table().to_pandas(types_mapper=pd.ArrowDtype)
    return table


def _read(path: Path, schema: pandera.DataFrameSchema, what: str) -> pd.DataFrame:
    try:
        table = tables.read(path).to_pandas(types_mapper=pd.ArrowDtype)
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no {what}; run: dvc repro ingest") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UserError(f"{path}: is damaged or no {what} ({error}); run: dvc repro --force ingest") from error
    try:
        strange = sorted(set(table.columns) ^ set(schema.columns))
        if strange:  # pandera would print the whole schema
            raise ValueError(f"it has, or lacks: {', '.join(strange)}")
        return schema.validate(table)
    except (ValueError, pandera.errors.SchemaError, pandera.errors.SchemaErrors) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{path}: is not a {what} of this version ({reason}); run: dvc repro --force ingest") from error


def _write(table: pd.DataFrame, path: Path, schema: pandera.DataFrameSchema) -> None:
    arrow = pa.Table.from_pandas(table.reset_index(drop=True), schema=_arrow_schema(schema), preserve_index=False)
    arrow = arrow.replace_schema_metadata(None)  # pandas' own metadata names library versions, and is not written
    schema.validate(arrow.to_pandas(types_mapper=pd.ArrowDtype))
    tables.write(arrow, path)


def _arrow_schema(schema: pandera.DataFrameSchema) -> pa.Schema:
    return pa.schema([(name, column.dtype.type.pyarrow_dtype) for name, column in schema.columns.items()])


def _begins_with_corpus(table: pd.DataFrame) -> bool:
    return all(speaker.startswith(f"{corpus}-") for corpus, speaker
               in table[["corpus", "speaker"]].drop_duplicates().itertuples(index=False))
