"""Keep audio that may not be passed on out of git.

`require_ignored` stands before everything that this project writes audio with. Run as a program on files,
``python -m speech_emotion.sharing FILE...`` refuses all that hold audio, whoever wrote them: a hook for git.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from speech_emotion.audio.containers import HEAD, sniff
from speech_emotion.core.console import errors_for_people
from speech_emotion.core.errors import UserError
from speech_emotion.corpora import registry
from speech_emotion.ingest.listing import EXTENSIONS

_EMBEDDED = re.compile(rb"data:audio/[\w.+-]+;base64,\s*[\w+/]{64}")
"""Audio within a page or a notebook."""


ALLOW_TRACKED = "--allow-tracked"
"""The option with which a command writes audio wherever it is told to."""


def require_ignored(target: Path, corpora: Iterable[str | None]) -> None:
    """Refuse to write audio that may not be passed on to where git would take it along.

    Parameters
    ----------
    target : Path
        The file or folder that is about to be written.
    corpora : iterable of str or None
        Names of the corpora that the audio is of; None where that is not known, which counts as not to be passed on.

    Raises
    ------
    UserError
        If the audio of any of the corpora is not `redistributable`, and the target lies in a git repository that does
        not ignore it.

    Examples
    --------
    >>> require_ignored(Path("look.html"), ["synthetic"])
    """
    restricted = sorted({_described(name) for name in corpora if not _redistributable(name)})
    if restricted and _would_be_tracked(target):
        raise UserError(f"{target}: git would take along audio that may not be passed on freely, of "
                        f"{', '.join(restricted)}. Choose a place that git ignores, such as inspect.html or data/raw "
                        f"in the project's folder, or one outside of it; if you may share it, add {ALLOW_TRACKED}")


def holds_audio(path: Path) -> bool:
    """Say whether a file is audio by its name or by its beginning, or a page or notebook that embeds audio.

    Parameters
    ----------
    path : Path
        Any file.

    Raises
    ------
    OSError
        If it cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.testing import write_clip
    >>> with TemporaryDirectory() as folder:
    ...     clip = write_clip(Path(folder, "clip.wav"))
    ...     holds_audio(clip.rename(Path(folder, "notes.txt")))
    True
    """
    if path.suffix.lower() in EXTENSIONS:
        return True
    content = path.read_bytes()
    return sniff(content[:HEAD]) is not None or _EMBEDDED.search(content) is not None


def _redistributable(name: str | None) -> bool:
    corpus = registry.CORPORA.get(name or "")
    return corpus is not None and corpus.redistributable


def _described(name: str | None) -> str:
    corpus = registry.CORPORA.get(name or "")
    return f"{name} ({corpus.licence})" if corpus else name or "an unknown corpus"


def _would_be_tracked(target: Path) -> bool:
    # Not through links, at which git stops.
    target = target.parent.resolve() / target.name
    if not any((folder / ".git").exists() for folder in target.parents):
        return False
    there = next(folder for folder in target.parents if folder.is_dir())
    # 0 says that it is ignored; 1 that it is not; anything else that git cannot tell.
    return subprocess.run(["git", "-C", there, "check-ignore", "--quiet", "--", target], check=False,
                          capture_output=True).returncode != 0


def _refuse(paths: Iterable[Path]) -> None:
    found = [str(path) for path in paths if holds_audio(path)]
    if found:
        raise UserError(f"{', '.join(found)}: audio does not belong in git. `git restore --staged FILE` leaves it out "
                        "of the commit; to share audio with a team, put it below data/raw and `dvc add data/raw`")


if __name__ == "__main__":
    with errors_for_people():
        _refuse(map(Path, sys.argv[1:]))
