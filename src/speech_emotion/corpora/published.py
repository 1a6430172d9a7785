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
    """List all published files of a corpus; empty if neither an index ships nor the naming scheme tells."""
    source = resources.files(index) / f"{corpus.name}.parquet"
    if source.is_file():
        with source.open("rb") as stream:
            table = pq.read_table(stream)
        return tuple(Published(row["path"], row["sha256"].hex(), row["bytes"]) for row in table.to_pylist())
    return tuple(corpus.published() if corpus.published else ())


def key(parse: Parser, path: PurePosixPath) -> Hashable:
    """Tell which clip a path is, in whatever layout and container: what its name says, or the bare name.

    Parameters
    ----------
    parse : Parser
        Of the corpus, with default options.
    path : PurePosixPath
        Relative to the root's parent.
    """
    what = parse(path)
    return what if isinstance(what, Clip) else path.stem.lower()


def by_key(corpus: Corpus, parse: Parser) -> dict[Hashable, Published]:
    """Index the published files of a corpus by what `key` gives for them."""
    return {key(parse, PurePosixPath(corpus.name, file.path)): file for file in files(corpus)}


def comparer(corpus: Corpus, root: Path) -> Callable[[PurePosixPath, str | None], bool | None]:
    """Make a function from a path relative to `root` and its SHA-256 to whether the file is the published one.

    It gives None where nothing is known: no checksum, or a file in another container than the published one.
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
    """Turn a listing (tab-separated sha256, bytes, path, with a header) into an index file.

    The same listing gives the same bytes.
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
