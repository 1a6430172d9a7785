"""Unpack an archive that is the published one: whoever calls has compared its checksum."""

import zipfile
import zlib
from pathlib import Path

import pooch

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing

_UNUSABLE = (
    zipfile.BadZipFile, zlib.error, EOFError,
    RuntimeError,  # encrypted, or packed in an unknown way
    FileExistsError, IsADirectoryError, NotADirectoryError,  # one name for a file and a folder
)


def unpack(archive: Path, target: Path) -> None:
    """Unpack a zip file into a new folder, or not at all.

    Whatever the archive holds, nothing is written outside the folder, and no link or device is made: what leads out of
    it (a root, "..", on Windows a drive) is dropped from a path, and a link becomes an ordinary file. How much comes
    out is not limited: the checksum says that it is what the authors packed.

    Parameters
    ----------
    archive : Path
        The zip file.
    target : Path
        The folder to make.

    Raises
    ------
    UserError
        If the archive is damaged, encrypted, packed in an unknown way, or uses one name for a file and a folder.
        Nothing is left behind then.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with zipfile.ZipFile(Path(folder, "emodb.zip"), "w") as packed:
    ...         packed.writestr("wav/03a01Fa.wav", b"RIFF")
    ...     unpack(Path(folder, "emodb.zip"), Path(folder, "emodb"))
    ...     Path(folder, "emodb/wav/03a01Fa.wav").read_bytes()
    b'RIFF'
    """
    with replacing(target, directory=True) as folder:
        try:
            # "download": the archive is new, so that all of it is unpacked.
            pooch.Unzip(extract_dir=str(folder.resolve()))(str(archive), "download", None)
        except _UNUSABLE as error:
            raise UserError(f"{archive}: is a damaged or unusual zip file ({error}), though it is the one that was "
                            "published; tell the corpus's authors") from error
