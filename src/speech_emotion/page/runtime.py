"""ONNX Runtime for browsers: two files of its npm package, which is too large to be part of this project.

Only the very files that the page was tested with are taken, whoever gives them: their hashes are below.
"""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing

PACKAGE = "onnxruntime-web"
"""Name of the npm package."""
VERSION = "1.30.0"
"""Version of the npm package."""
FILES = {
    "dist/ort.wasm.bundle.min.mjs": "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    "dist/ort-wasm-simd-threaded.wasm": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
"""What is taken of the package, with its SHA-256."""
CACHE = Path(".cache/page")
"""Where what was taken is kept; safe to delete."""
_LARGEST = 64 << 20
"""Bytes that are read of a file, at most."""
_PATIENCE = 600
"""Seconds that npm may take."""


def files(given: Path | None = None, cache: Path = CACHE) -> dict[str, bytes]:
    """Get the runtime's files.

    Parameters
    ----------
    given : Path or None
        The npm package, unpacked or as its .tgz. None to take it from the cache, or else from npm.
    cache : Path
        Where what was taken is kept, so that it need be had but once.

    Returns
    -------
    dict from str to bytes
        By `FILES`' names, each with its hash.

    Raises
    ------
    UserError
        If they cannot be had, or are others than `FILES`.

    Examples
    --------
    >>> files(Path("no/such.tgz"))
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: no/such.tgz: there is no such file or folder; ...
    """
    kept = cache / f"{PACKAGE}-{VERSION}"
    if given is not None:
        found = _checked(_of_folder(given) if given.is_dir() else _of_archive(given), str(given))
    else:
        try:
            return _checked(_of_folder(kept), str(kept))
        except UserError:  # nothing is there, or it is damaged
            found = _by_npm()
    with replacing(kept, directory=True) as temporary:
        for name, content in found.items():
            (temporary / name).parent.mkdir(exist_ok=True)
            (temporary / name).write_bytes(content)
    return found


def _remedy() -> str:
    return (f"get the npm package {PACKAGE} {VERSION} where there is a network (`npm pack {PACKAGE}@{VERSION}`), and "
            "name its .tgz (--runtime)")


def _of_folder(folder: Path) -> dict[str, bytes]:
    return _read(lambda name: (folder / name).open("rb").read(_LARGEST), str(folder))


def _of_archive(path: Path) -> dict[str, bytes]:
    if not path.exists():
        raise UserError(f"{path}: there is no such file or folder; {_remedy()}")
    try:
        with tarfile.open(path) as archive:
            def read(name: str) -> bytes:
                file = archive.extractfile(f"package/{name}")
                if file is None:
                    raise KeyError(name)
                return file.read(_LARGEST)

            return _read(read, str(path))
    except (tarfile.TarError, EOFError) as error:
        raise UserError(f"{path}: is no npm package, or damaged ({error}); {_remedy()}") from error


def _read(read: Callable[[str], bytes], where: str) -> dict[str, bytes]:
    found = {}
    for name in FILES:
        try:
            found[name] = read(name)
        except (OSError, KeyError) as error:
            raise UserError(f"{where}: has no {name}, so it is not the npm package {PACKAGE} {VERSION}; "
                            f"{_remedy()}") from error
    return found


def _checked(found: Mapping[str, bytes], where: str) -> dict[str, bytes]:
    for name, content in found.items():
        if hashlib.sha256(content).hexdigest() != FILES[name]:
            raise UserError(f"{where}: its {name} is not that of {PACKAGE} {VERSION}, with which the page is tested; "
                            f"{_remedy()}")
    return dict(found)


def _by_npm() -> dict[str, bytes]:
    npm = shutil.which("npm")
    if npm is None:
        raise UserError(f"the page needs {PACKAGE} {VERSION}, and there is no npm here to get it; {_remedy()}")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", folder, "--ignore-scripts",
                   "--loglevel=error", "--no-update-notifier", "--fetch-retries=0", "--fetch-timeout=60000"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=_PATIENCE,
                                  stdin=subprocess.DEVNULL)
            trouble = done.stderr.strip().splitlines()[:1] if done.returncode else []
        except subprocess.TimeoutExpired:
            trouble = [f"no answer within {_PATIENCE} s"]
        packed = sorted(Path(folder).glob("*.tgz"))
        if trouble or not packed:
            raise UserError(f"the page needs {PACKAGE} {VERSION}, which npm did not give "
                            f"({''.join(trouble)[:200] or 'no file'}); {_remedy()}")
        return _checked(_of_archive(packed[0]), "npm")
