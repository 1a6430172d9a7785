"""The published files of each corpus: names, sizes and checksums, which ship with the package.

`python -m speech_emotion.corpora.published <corpus> <listing.tsv>` makes a corpus's index file from a listing with
the columns sha256, bytes and path.
"""

import sys
from collections.abc import Callable, Hashable
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from speech_emotion.core.files import replacing
from speech_emotion.corpora import index
from speech_emotion.corpora.base import Clip, Corpus, Parser, Published


@cache
def files(corpus: Corpus) -> tuple[Published, ...]:
    """List all published files of a corpus.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    tuple of Published
        From the index file, or else as the corpus's naming scheme tells; empty if neither does.

    Examples
    --------
    >>> from speech_emotion.corpora import emodb, table
    >>> first, *others = files(emodb.CORPUS)
    >>> first.path, first.bytes, len(others)
    ('wav/03a01Fa.wav', 60788, 534)
    >>> files(table.CORPUS)
    ()
    """
    source = resources.files(index) / f"{corpus.name}.parquet"
    if source.is_file():
        # Not `read_table`, for the reason in `core/tables.py`.
        table = pq.ParquetFile(pa.BufferReader(source.read_bytes())).read(use_threads=False)
        columns = (table[name].to_pylist() for name in ("path", "sha256", "bytes"))
        return tuple(Published(path, sha256.hex(), size) for path, sha256, size in zip(*columns, strict=True))
    return tuple(corpus.published() if corpus.published else ())


def key(parse: Parser, path: PurePosixPath) -> Hashable:
    """Tell which clip a path is, in whatever layout and container: what its name says, or the bare name.

    Parameters
    ----------
    parse : Parser
        Of the corpus, with default options.
    path : PurePosixPath
        Relative to the root's parent.

    Returns
    -------
    Clip or str

    Examples
    --------
    >>> from speech_emotion.corpora import savee
    >>> key(savee.parse, PurePosixPath("savee/DC/a01.wav")) == key(savee.parse, PurePosixPath("copy/dc_A01.flac"))
    True
    """
    what = parse(path)
    return what if isinstance(what, Clip) else path.stem.lower()


def by_key(corpus: Corpus, parse: Parser) -> dict[Hashable, Published]:
    """Index the published files of a corpus by what `key` gives for them.

    Parameters
    ----------
    corpus : Corpus
    parse : Parser
        As for `key`.

    Returns
    -------
    dict of Clip or str to Published
    """
    return {key(parse, PurePosixPath(corpus.name, file.path)): file for file in files(corpus)}


def comparer(corpus: Corpus, root: Path) -> Callable[[PurePosixPath, str | None], bool | None]:
    """Make a function that tells whether a file is the published one.

    Parameters
    ----------
    corpus : Corpus
    root : Path
        Folder of the audio.

    Returns
    -------
    callable
        From a path relative to `root` and its SHA-256. It gives None where nothing is known: no checksum, or a file in
        another container than the published one.

    Examples
    --------
    >>> from speech_emotion.corpora import emodb
    >>> is_published = comparer(emodb.CORPUS, Path("emodb"))
    >>> is_published(PurePosixPath("wav/03a01Fa.wav"), files(emodb.CORPUS)[0].sha256)
    True
    >>> is_published(PurePosixPath("wav/03a01Fa.wav"), "0" * 64)
    False
    """
    if not any(file.sha256 for file in files(corpus)):
        return lambda path, sha256: None
    parse = corpus.make_parser(root)
    known = by_key(corpus, parse)

    def same(path: PurePosixPath, sha256: str | None) -> bool | None:
        file = known.get(key(parse, PurePosixPath(root.resolve().name, path)))
        if file is None or path.suffix.lower() != PurePosixPath(file.path).suffix.lower():
            return None
        return file.sha256 == sha256

    return same


def build(listing: Path, target: Path) -> None:
    """Turn a listing into an index file; the same rows give the same bytes.

    Parameters
    ----------
    listing : Path
        Tab-separated sha256, bytes and path, with a header.
    target : Path
        The index file to write or replace.
    """
    rows = [line.split("\t") for line in listing.read_text(encoding="utf-8").splitlines()[1:]]
    rows.sort(key=lambda row: row[2])
    table = pa.table({
        "path": pa.array([row[2] for row in rows], pa.string()),
        "sha256": pa.array([bytes.fromhex(row[0]) for row in rows], pa.binary(32)),
        "bytes": pa.array([int(row[1]) for row in rows], pa.int32()),
    })
    with replacing(target) as temporary:
        pq.write_table(table, temporary, compression="zstd", compression_level=19,
                       column_encoding={"path": "DELTA_BYTE_ARRAY", "sha256": "PLAIN", "bytes": "PLAIN"},
                       use_dictionary=False)


if __name__ == "__main__":
    build(Path(sys.argv[2]), Path(__file__).parent / "index" / f"{sys.argv[1]}.parquet")
