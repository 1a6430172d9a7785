"""``ser cache``: the caches of computed features and of trained networks."""

import re
import sys
import time
from typing import Annotated

import typer

from speech_emotion.core.errors import UserError

app = typer.Typer(
    help="Show and bound the caches: of features (.cache/features, or the folder that SER_CACHE names), and of "
         "trained networks (.cache/training, or SER_MEMO).",
    no_args_is_help=True,
)

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@app.command()
def info() -> None:
    """Show what the caches hold, and how much room it takes."""
    from speech_emotion.extraction.cache import location
    from speech_emotion.training import memo
    from speech_emotion.upkeep import parts

    root = location()
    held = parts(root)
    print(f"{root}: {_size(sum(part.size for part in held))}")
    for part in held:
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(part.last_used))
        print(f"  {part.folder.name[:12]}  {part.num_clips:7d} clips  {_size(part.size):>9}  last used {used}  "
              f"{_about(part.recipe)}")
    networks = memo.parts(memo.location())
    finished = sum(part.finished for part in networks)
    print(f"{memo.location()}: {_size(sum(part.size for part in networks))}\n"
          f"  {finished} networks that are trained, {len(networks) - finished} that were interrupted")


@app.command()
def prune(
    max_size: Annotated[str | None, typer.Option(help="Keep at most so much, such as 500M or 10G.")] = None,
    unused_days: Annotated[float | None, typer.Option(min=0, help="Remove what was not used for so many days.")] = None,
) -> None:
    """Remove what has not been used for long. Always safe: what is needed again is computed or trained again."""
    from speech_emotion import upkeep
    from speech_emotion.extraction.cache import location
    from speech_emotion.training import memo

    if max_size is None and unused_days is None:
        raise UserError("say what to remove: --max-size 10G, --unused-days 30, or both; --max-size 0 removes all")
    pruned = upkeep.prune(
        location(),
        memo.location(),
        max_bytes=None if max_size is None else _bytes(max_size),
        unused_seconds=None if unused_days is None else unused_days * 24 * 3600,
    )
    print(f"removed {_size(pruned.removed)}, kept {_size(pruned.kept)}")
    if pruned.refused:
        first, reason = pruned.refused[0]
        print(f"warning: {len(pruned.refused)} parts could not be removed (the first: {first}: {reason}); "
              "their owners, or an administrator, can", file=sys.stderr)


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


def _about(recipe: dict[str, object]) -> str:
    features = recipe.get("features")
    if not isinstance(features, dict):
        return "unknown settings"
    return " ".join([
        *(f"{key}={recipe[key]}" for key in ("sample_rate", "hop_length") if key in recipe),
        *(f"{name}({', '.join(f'{key}={value}' for key, value in settings.items())})"
          for name, settings in features.items()),
    ])
