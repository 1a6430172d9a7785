"""A user's own clips in folders named after their labels: <label>/* or <speaker>/<label>/*."""

from pathlib import PurePosixPath

from speech_emotion.corpora.base import Clip, Corpus, needs_only_paths

# Citation, licence, source: the user's.

UNKNOWN_SPEAKER = "unknown"
"""Speaker of every clip without a speaker's folder: one for all, so that no split can take two of them apart."""

# Naming scheme: the innermost folder is the label, as it is; the folder around it, if there is one below the root,
# is the speaker. A folder below the root that is itself called `folder` counts as the root.


def parse(path: PurePosixPath) -> Clip | None:
    """Read what a file's folders say; see `base.Parser`."""
    folders = list(path.parts[1:-1])
    if "folder" in folders:
        folders = folders[folders.index("folder") + 1 :]
    if not folders:
        return None
    speaker = folders[-2] if len(folders) > 1 else UNKNOWN_SPEAKER
    return Clip(label=folders[-1], native_label=folders[-1], speaker=speaker.lower())


make_parser = needs_only_paths(parse)

CORPUS = Corpus(
    name="folder",
    title="Own clips in folders",
    citation="The user's own.",
    licence="the user's own",
    redistributable=False,
    how_to_get="put clips in <root>/<label>/ or <root>/<speaker>/<label>/",
    make_parser=make_parser,
    by_name=False,
)
