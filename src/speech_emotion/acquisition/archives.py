"""Unpack a zip file that nobody has vouched for."""

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing

MAX_RATIO = 20
"""Largest ratio of unpacked to packed bytes: lossless compression of speech gains a factor of 2 to 4."""
MAX_FILES = 100_000
_SMALL = 1 << 20
"""Unpacked bytes that are always allowed: short tests and read-me files may compress better than `MAX_RATIO`."""


def unpack(archive: Path, target: Path) -> None:
    """Unpack a zip file into a new folder, or not at all.

    Parameters
    ----------
    archive : Path
        The zip file.
    target : Path
        The folder to make.

    Raises
    ------
    UserError
        If the archive is damaged; holds a link, a device, an encrypted file or a path that leads out of `target`; or
        would unpack to more than `MAX_RATIO` times its size or `MAX_FILES` files. Nothing is left behind then.
    """
    try:
        with zipfile.ZipFile(archive) as contents, replacing(target, directory=True) as folder:
            entries = contents.infolist()
            _check_amount(archive, entries)
            for entry in entries:
                _unpack_one(archive, contents, entry, folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error) as error:
        raise UserError(f"{archive}: is a damaged or unusual zip file ({error}); remove it and try again") from error


def _check_amount(archive: Path, entries: list[zipfile.ZipInfo]) -> None:
    size = sum(entry.file_size for entry in entries)
    allowed = max(_SMALL, MAX_RATIO * archive.stat().st_size)
    if size > allowed or len(entries) > MAX_FILES:
        raise UserError(f"{archive}: refuses to unpack {len(entries)} files of {size} bytes from "
                        f"{archive.stat().st_size} bytes; no corpus of speech is packed like that")


def _unpack_one(archive: Path, contents: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    # Both kinds of path are looked at on every system, since the archive may come from the other.
    name = entry.orig_filename
    path = PurePosixPath(name.replace("\\", "/"))
    if (path.is_absolute() or ".." in path.parts or PureWindowsPath(name).drive or "\0" in name or not path.parts):
        raise UserError(f"{archive}: refuses to unpack '{name}', which leads out of the folder")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UserError(f"{archive}: refuses to unpack '{name}', which is a link or a device")
    if entry.flag_bits & 0x1:
        raise UserError(f"{archive}: '{name}' is encrypted")
    goal = folder / path
    if entry.is_dir():
        goal.mkdir(parents=True, exist_ok=True)
        return
    goal.parent.mkdir(parents=True, exist_ok=True)
    # Reads no more than the announced size, which `_check_amount` has added up, and compares the checksum.
    with contents.open(entry) as packed, goal.open("xb") as file:
        shutil.copyfileobj(packed, file, 1 << 20)
