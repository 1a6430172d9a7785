"""What a model folder holds, by name, and what tells one model from another; loads nothing."""

import hashlib
from pathlib import Path

BLUEPRINT = "model.json"
"""In a model folder: what the models of all folds share."""
BRANCHES = "branches"
"""In a model folder: a model folder for each further branch."""
EXPORTED = "model.onnx"
"""In a model folder: the whole model as one file, made of the others, which needs nothing of what trained it."""
_LETTERS = 16


def digest(models: Path) -> str:
    """Give a name to a model: the same for the same files, wherever they lie.

    A file `EXPORTED`, which is made of the others, does not count.

    Parameters
    ----------
    models : Path
        The model folder, or one fold's folder in it; or a model in one file.

    Returns
    -------
    str
        16 hexadecimal digits.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, BLUEPRINT).write_text("{}")
    ...     before = digest(Path(folder))
    ...     _ = Path(folder, EXPORTED).write_text("of it")
    ...     before == digest(Path(folder))
    True
    """
    if models.is_file():
        return _sha256(models)[:_LETTERS]
    # What a single fold shares with the others lies beside it.
    shared = models.resolve().parent
    beside = [] if (models / BLUEPRINT).is_file() else [shared / BLUEPRINT, *(shared / BRANCHES).rglob("*")]
    own = (path for path in models.rglob("*") if path != models / EXPORTED)
    state = hashlib.sha256()
    for root, files in ((models, own), (shared, beside)):
        for name, path in sorted((file.relative_to(root).as_posix(), file) for file in files if file.is_file()):
            state.update(f"{name} {_sha256(path)}\n".encode())
    return state.hexdigest()[:_LETTERS]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
