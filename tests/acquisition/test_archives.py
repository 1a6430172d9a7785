import stat
import zipfile

import pytest

from speech_emotion.acquisition.archives import unpack
from speech_emotion.core.errors import UserError


def made(tmp_path, *entries, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", compression) as archive:
        for name, data, mode in entries:
            info = zipfile.ZipInfo()
            info.filename = name  # as it is: the constructor would tidy it
            info.external_attr = mode << 16
            info.compress_type = compression
            archive.writestr(info, data)
    return tmp_path / "a.zip"


def test_files_and_folders_are_unpacked(tmp_path):
    archive = made(tmp_path, ("wav/", b"", stat.S_IFDIR), ("wav/a.wav", b"123", stat.S_IFREG), ("b.txt", b"", 0))
    unpack(archive, tmp_path / "out")
    assert {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*")} == {
        "wav", "wav/a.wav", "b.txt"}
    assert (tmp_path / "out/wav/a.wav").read_bytes() == b"123"


@pytest.mark.parametrize(("name", "mode", "message"), [
    ("../evil.wav", 0, "leads out"),
    ("wav/../../evil.wav", 0, "leads out"),
    ("..\\evil.wav", 0, "leads out"),
    ("/evil.wav", 0, "leads out"),
    ("C:\\evil.wav", 0, "leads out"),
    ("C:evil.wav", 0, "leads out"),
    ("link.wav", stat.S_IFLNK | 0o777, "link or a device"),
    ("pipe.wav", stat.S_IFIFO | 0o666, "link or a device"),
])
def test_hostile_entries_are_refused_and_nothing_is_left(tmp_path, name, mode, message):
    archive = made(tmp_path, ("fine.wav", b"123", stat.S_IFREG), (name, b"/etc/passwd", mode))
    with pytest.raises(UserError, match=message):
        unpack(archive, tmp_path / "deep/out")
    assert {path.name for path in tmp_path.rglob("*")} <= {"a.zip", "deep"}


def test_a_bomb_is_refused_before_anything_is_written(tmp_path):
    archive = made(tmp_path, ("bomb.wav", b"\0" * (5 << 20), 0))
    assert archive.stat().st_size < 10_000
    with pytest.raises(UserError, match="refuses to unpack 1 files of 5242880 bytes"):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_bomb_that_lies_about_its_size_does_not_get_further_than_it_said(tmp_path):
    archive = made(tmp_path, ("bomb.wav", b"\0" * (5 << 20), 0))
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        where = data.index(signature) + offset
        data[where : where + 4] = (1000).to_bytes(4, "little")
    archive.write_bytes(data)
    with pytest.raises(UserError, match="damaged"):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("spoil", [lambda data: data[:-30], lambda data: b"no zip at all",
                                   lambda data: data.replace(b"samples", b"SAMPLES")])
def test_a_damaged_archive_leaves_nothing(tmp_path, spoil):
    archive = made(tmp_path, ("a.wav", b"samples", 0), compression=zipfile.ZIP_STORED)
    archive.write_bytes(spoil(archive.read_bytes()))
    with pytest.raises(UserError, match="damaged"):
        unpack(archive, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
