"""What comes of archives that are hostile or damaged, though their checksum was the published one."""

import resource
import signal
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


@pytest.mark.parametrize(("name", "inside"), [
    ("../evil.wav", "evil.wav"),
    ("wav/../../evil.wav", "wav/evil.wav"),
    ("/evil.wav", "evil.wav"),
    ("//host/share/evil.wav", "host/share/evil.wav"),
])
def test_what_leads_out_of_the_folder_stays_inside(tmp_path, name, inside):
    archive = made(tmp_path, ("fine.wav", b"123", stat.S_IFREG), (name, b"456", stat.S_IFREG))
    unpack(archive, tmp_path / "deep/out")
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == {
        "a.zip", "deep/out/fine.wav", f"deep/out/{inside}"}


@pytest.mark.parametrize("name", ["..\\evil.wav", "C:\\evil.wav", "C:evil.wav"])
def test_the_paths_of_another_system_stay_inside(tmp_path, name):
    unpack(made(tmp_path, (name, b"123", stat.S_IFREG)), tmp_path / "deep/out")
    assert len([path for path in (tmp_path / "deep/out").rglob("*") if path.is_file()]) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "deep"}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o666, stat.S_IFBLK | 0o666])
def test_links_and_devices_become_ordinary_files(tmp_path, kind):
    unpack(made(tmp_path, ("clip.wav", b"/etc/passwd", kind)), tmp_path / "out")
    assert stat.S_ISREG((tmp_path / "out/clip.wav").lstat().st_mode)
    assert (tmp_path / "out/clip.wav").read_bytes() == b"/etc/passwd"


def test_a_link_is_not_written_through(tmp_path):
    archive = made(tmp_path, ("wav", str(tmp_path / "elsewhere").encode(), stat.S_IFLNK | 0o777),
                   ("wav/evil.wav", b"123", stat.S_IFREG))
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(UserError, match="damaged or unusual"):
        unpack(archive, tmp_path / "out")
    assert {path.name for path in tmp_path.rglob("*")} == {"a.zip", "elsewhere"}


def test_no_more_comes_out_than_was_announced(tmp_path):
    archive = made(tmp_path, ("bomb.wav", b"\0" * (5 << 20), 0))
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        where = data.index(signature) + offset
        data[where : where + 4] = (1000).to_bytes(4, "little")
    archive.write_bytes(data)
    with pytest.raises(UserError, match="damaged"):
        unpack(archive, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize("spoil", [
    lambda data: data[:-30], lambda data: b"no zip at all", lambda data: data.replace(b"samples", b"SAMPLES"),
    lambda data: data[:6] + b"\1" + data[7:].replace(b"PK\1\2\x14\x03\x14\0\0", b"PK\1\2\x14\x03\x14\0\1"),
], ids=["cut off", "something else", "other bytes", "encrypted"])
def test_a_damaged_archive_leaves_nothing(tmp_path, spoil):
    archive = made(tmp_path, ("a.wav", b"samples", 0), compression=zipfile.ZIP_STORED)
    archive.write_bytes(spoil(archive.read_bytes()))
    with pytest.raises(UserError, match=r"a\.zip: is a damaged or unusual zip file .* tell the corpus's authors"):
        unpack(archive, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_data_of_every_packing_are_refused(tmp_path, compression):
    archive = made(tmp_path, ("a.wav", bytes(range(256)) * 40, 0), compression=compression)
    data = bytearray(archive.read_bytes())
    for at in range(50, 90):
        data[at] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(UserError, match="is a damaged or unusual zip file"):
        unpack(archive, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize(("name", "replaced"), [
    ("söng.wav", ("söng".encode(), b"s\xff\xffng")),  # said to be UTF-8
    ("n" * 300, None),
    ("", None),
], ids=["no UTF-8", "too long", "empty"])
def test_names_that_are_none_are_refused(tmp_path, name, replaced):
    archive = made(tmp_path, (name, b"123", 0))
    if replaced:
        archive.write_bytes(archive.read_bytes().replace(*replaced))
    with pytest.raises(UserError, match="is a damaged or unusual zip file"):
        unpack(archive, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_full_disk_is_not_the_archives_fault(tmp_path):
    archive = made(tmp_path, ("a.wav", bytes(100_000), 0), compression=zipfile.ZIP_STORED)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            unpack(archive, tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
