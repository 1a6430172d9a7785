"""Unpack an archive that is the published one: whoever calls has compared its checksum."""

import errno
from pathlib import Path

import pooch

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing

_OF_THE_ARCHIVE = frozenset({
    None,  # as damaged bzip2 data
    errno.EINVAL,  # a place before the file's beginning
    errno.EEXIST, errno.EISDIR, errno.ENOTDIR,  # one name for a file and a folder
    errno.ENAMETOOLONG, errno.EILSEQ,
})
"""Errors of the operating system that speak of the archive, and not of this machine, as that of a full disk does."""


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
    >>> import zipfile
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
        except Exception as error:
            # zipfile promises BadZipFile, but lets out whatever damaged data lead to: of zlib, bz2 and lzma, of text
            # that is none, of empty names, of places outside the file.
            if isinstance(error, OSError) and error.errno not in _OF_THE_ARCHIVE:
                raise
            raise UserError(f"{archive}: is a damaged or unusual zip file ({_reason(error)}), though it is the one "
                            "that was published; tell the corpus's authors") from error


def _reason(error: Exception) -> str:
    said = (error.strerror or "") if isinstance(error, OSError) else ""  # without a path that is nobody's any more
    return said or " ".join(str(error).split())[:100] or type(error).__name__
