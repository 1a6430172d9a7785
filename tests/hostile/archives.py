"""Hostile archives: what a publisher's zip file may turn out to be."""

import io
import random
import stat
import tarfile
import zipfile
from pathlib import Path

from speech_emotion.acquisition.archives import unpack
from speech_emotion.core.errors import UserError

from .guard import Finding, generator, guarded
from .summary import Summary

_NAMES = ("wav/03a01Fa.wav", "a.wav", "wav/", "wav", "../out.wav", "../../../../out.wav", "/out.wav", "//host/out.wav",
          "..\\out.wav", "C:\\out.wav", "wav/../../out.wav", "./././a.wav", "", ".", "..", "a/" * 200 + "a.wav",
          "n" * 300 + ".wav", "nul\0.wav", "söng.wav", "\ud7ff.wav", "a.wav/b.wav", "corpus.yaml", "~/out.wav",
          "wav//a.wav", " ", "\n.wav", ".git/config")
_MODES = (0, stat.S_IFREG | 0o644, stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o666, stat.S_IFBLK | 0o666,
          stat.S_IFDIR | 0o755, stat.S_IFREG)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_TARS = ("w:", "w:gz", "w:bz2", "w:xz")
_TARGETS = (b"../../../../out.wav", b"/etc/passwd", b"a.wav", b".")


def _zip(random: random.Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for _ in range(random.choice((1, 2, 5, 30))):
            info = zipfile.ZipInfo()
            info.filename = random.choice(_NAMES)  # as it is: the constructor would tidy it
            info.external_attr = random.choice(_MODES) << 16
            info.compress_type = random.choice(_METHODS)
            archive.writestr(info, random.choice((random.randbytes(random.choice((0, 10, 3000))), bytes(100_000),
                                                  random.choice(_TARGETS))))
    return buffer.getvalue()


def _tar(random: random.Random) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=random.choice(_TARS), format=tarfile.PAX_FORMAT) as archive:
        for _ in range(random.choice((1, 5))):
            info = tarfile.TarInfo(random.choice(_NAMES).replace("\0", ""))
            info.type = random.choice((tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE))
            info.linkname = "../../../../out.wav"
            data = random.randbytes(100)
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return buffer.getvalue()


def mutant(random: random.Random) -> bytes:
    """Make a hostile archive."""
    data = bytearray(_tar(random) if random.randrange(8) == 0 else _zip(random))
    for _ in range(random.choice((0, 1, 1, 2))):
        match random.randrange(6):
            case 0:
                for _ in range(random.choice((1, 4, 64))):
                    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
            case 1:
                del data[random.randrange(1, len(data) + 1):]
            case 2 | 3:  # a field of one of zip's records
                records = [at for mark in (b"PK\1\2", b"PK\3\4", b"PK\5\6") for at in _everywhere(data, mark)]
                at = random.choice(records or [0]) + random.randrange(4, 46)
                size = random.choice((1, 2, 4))
                value = random.choice((0, 1, 8, 9, 14, 99, 0x7FFFFFFF, (1 << 32) - 1))
                data[at : at + size] = value.to_bytes(4, "little")[:size]
            case 4:
                other = _zip(random)
                at = random.randrange(len(data) + 1)
                data[at:at] = other[: random.randrange(len(other) + 1)]
            case 5:
                at = random.randrange(len(data) + 1)
                data[at : at + 50] = random.randbytes(random.choice((0, 50)))
    return bytes(data)


def _everywhere(data: bytearray, mark: bytes) -> list[int]:
    found, at = [], data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found


def case(seed: int, number: int, folder: Path) -> str:
    """Unpack a mutant."""
    archive = folder / "corpus.zip"
    archive.write_bytes(mutant(generator(seed, number)))
    target = folder / "deep/down/corpus"
    try:
        unpack(archive, target)
    except UserError as error:
        left = [path for path in (folder / "deep").rglob("*") if path != target.parent]
        if left:
            raise Finding(f"a refused archive leaves {left[0].relative_to(folder)} behind ({error})") from error
        return "refused"
    strange = [path for path in folder.rglob("*") if path.is_symlink() or not (path.is_file() or path.is_dir())
               or not (path == archive or path in (target.parent, target.parent.parent)
                       or path.is_relative_to(target))]
    if strange:
        raise Finding(f"makes what is no ordinary file of its folder: {strange[0].relative_to(folder)}")
    return "unpacked"


def attack(seed: int, cases: int, folder: Path, *, first: int = 0, workers: int = 1) -> Summary:
    """Try that many archives."""
    return guarded("archives", case, seed, cases, folder, first=first, workers=workers)
