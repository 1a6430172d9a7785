"""Find the audio files below a folder, whatever they are of."""

import os
from pathlib import Path, PurePosixPath

from speech_emotion.audio.containers import HEAD, sniff

EXTENSIONS = frozenset({".wav", ".wave", ".flac", ".aif", ".aiff", ".aifc", ".ogg", ".oga", ".opus", ".mp3", ".au",
                        ".snd", ".caf", ".w64", ".rf64", ".m4a", ".aac", ".wma", ".amr", ".awb", ".mka", ".webm",
                        ".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".mkv", ".wmv", ".avi", ".flv"})
"""Files with these are audio by intent, whatever is in them; any other file is, if it begins like audio or a video."""


def audio_files(root: Path, others: list[PurePosixPath] | None = None) -> list[PurePosixPath]:
    """List all audio files below a folder.

    Hidden files and folders and `__MACOSX` are left alone; links are followed.

    Parameters
    ----------
    root : Path
        A folder.
    others : list of PurePosixPath, optional
        Takes the files that are no audio, too.

    Returns
    -------
    list of PurePosixPath
        Relative to `root`, sorted. Audio is what has one of `EXTENSIONS`, or begins like audio.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.testing import write_clip
    >>> with TemporaryDirectory() as folder:
    ...     _ = write_clip(Path(folder, "Ann", "happy.flac"))
    ...     _ = Path(folder, "notes.txt").write_text("no audio")
    ...     audio_files(Path(folder))
    [PurePosixPath('Ann/happy.flac')]
    """
    files = []
    visited = set()
    for folder, folders, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in visited:  # a link to a folder around it would go on for ever
            folders.clear()
            continue
        visited.add(real)
        inside = PurePosixPath(Path(folder).relative_to(root).as_posix())
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX")
        for name in names:
            if name.startswith("."):
                continue
            relative = inside / name
            if relative.suffix.lower() in EXTENSIONS or _begins_like_audio(Path(folder, name)):
                files.append(relative)
            elif others is not None:
                others.append(relative)
    return sorted(files)


def _begins_like_audio(path: Path) -> bool:
    if not path.is_file():  # a pipe would be waited for
        return False
    try:
        with path.open("rb") as file:
            return sniff(file.read(HEAD)) is not None
    except OSError: # no permission: without an audio extension it is nobody's clip
        return False
