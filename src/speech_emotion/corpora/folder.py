"""A user's own clips in folders named after their labels, with no description: <label>/* or <speaker>/<label>/*."""

from pathlib import Path, PurePosixPath

from speech_emotion.corpora.base import Clip, Corpus, Parser, Unfit
from speech_emotion.corpora.own.clips import remarks
from speech_emotion.corpora.own.described import pattern_parser
from speech_emotion.params.ingest import Description

# Citation, licence, source: the user's.

# Naming scheme. A folder below the root that is itself called `folder` counts as the root.
DESCRIPTION = Description(pattern=("{label}/*", "{speaker}/{label}/*"))


def make_parser(_root: Path) -> Parser:
    """Give the parser; see `base.Parser`."""
    described = pattern_parser(DESCRIPTION)

    def parse(path: PurePosixPath) -> Clip | Unfit | None:
        folders = list(path.parts[1:-1])
        if "folder" in folders:
            folders = folders[folders.index("folder") + 1 :]
        return described(PurePosixPath("root", *folders, path.name)) if folders else None

    return parse


CORPUS = Corpus(
    name="folder",
    title="Own clips in folders",
    citation="The user's own.",
    licence="the user's own",
    redistributable=False,
    how_to_get="put clips in <root>/<label>/ or <root>/<speaker>/<label>/",
    make_parser=make_parser,
    by_name=False,
    remarks=lambda clips: remarks(clips, {}),
)
