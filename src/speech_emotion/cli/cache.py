"""``ser cache``: the memo of computed features."""

import re
import time
from typing import Annotated

import typer

from speech_emotion.core.errors import UserError

app = typer.Typer(
    help="Show and bound the memo of computed features (.memo/features, or the folder that SER_MEMO names).",
    no_args_is_help=True,
)

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@app.command()
def info() -> None:
    """Show what the memo holds, and how much room it takes."""
    from speech_emotion.extraction import cache as memo

    root = memo.location()
    parts = memo.parts(root)
    print(f"{root}: {_size(sum(part.size for part in parts))}")
    for part in parts:
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(part.last_used))
        held = f"{part.clips:7d} clips  {_size(part.size):>9}"
        print(f"  {part.folder.name[:12]}  {held}  last used {used}  {_about(part.about)}")


@app.command()
def prune(
    max_size: Annotated[str | None, typer.Option(help="Keep at most so much, such as 500M or 10G.")] = None,
    unused_days: Annotated[float | None, typer.Option(min=0, help="Remove what was not used for so many days.")] = None,
) -> None:
    """Remove features that have not been used for long. Always safe: what is needed again is computed again."""
    from speech_emotion.extraction import cache as memo

    if max_size is None and unused_days is None:
        raise UserError("say what to remove: --max-size 10G, --unused-days 30, or both; --max-size 0 removes all")
    removed, kept = memo.prune(
        memo.location(),
        max_bytes=None if max_size is None else _bytes(max_size),
        unused_seconds=None if unused_days is None else unused_days * 24 * 3600,
    )
    print(f"removed {_size(removed)}, kept {_size(kept)}")


def _bytes(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE)
    if match is None:
        raise UserError(f"--max-size is {text!r}, but must be a size such as 0, 500M or 10G")
    return int(float(match[1]) * _UNITS[match[2].upper()])


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def _about(settings: dict[str, object]) -> str:
    names = settings.get("features")
    what = "+".join(map(str, names)) if isinstance(names, list) else "unknown settings"
    numbers = [f"{key}={settings[key]}" for key in ("sample_rate", "n_fft", "hop_length", "n_mels", "n_mfcc", "deltas")
               if key in settings]
    return " ".join([what, *numbers])
