"""How a comparison is written, by name or by a file's extension."""

from enum import StrEnum
from pathlib import Path

from speech_emotion.core.errors import UserError


class Format(StrEnum):
    """How a comparison is written."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"

    @classmethod
    def of(cls, path: Path | None) -> "Format":
        """Choose by a file's extension; a table where there is no file.

        Raises
        ------
        UserError
            If the extension tells nothing.

        Examples
        --------
        >>> Format.of(Path("table.tex")).value, Format.of(None).value
        ('latex', 'table')
        """
        kinds = {".json": cls.json, ".csv": cls.csv, ".md": cls.markdown, ".tex": cls.latex, ".txt": cls.table}
        if path is None:
            return cls.table
        if path.suffix.lower() not in kinds:
            raise UserError(f"--output is '{path}', but must end in one of {', '.join(kinds)}, or --format be given")
        return kinds[path.suffix.lower()]
