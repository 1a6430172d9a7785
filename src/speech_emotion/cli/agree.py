"""``ser agree``."""

import json
import subprocess
from pathlib import Path
from typing import Annotated, Any

import typer

from speech_emotion.core.errors import UserError

# What decides a result, as far as a person changes it; `dvc diff` tells the rest.
_DECIDING = ("params.yaml", "demo/params.yaml", "src")


def agree(
    metrics: Annotated[Path, typer.Option(help="What `dvc repro` wrote.")] = Path("metrics/evaluate.json"),
    revision: Annotated[str, typer.Option(help="Git revision to compare with.")] = "HEAD",
) -> None:
    """Say in a line whether the result agrees with the committed one, as it should with the same settings."""
    from speech_emotion.agreement import agreement

    try:
        now = json.loads(metrics.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"{metrics}: there is no result here; run `dvc repro` in the project's folder first") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{metrics}: holds no result ({error}); run: dvc repro --force evaluate") from error
    if _git("diff", "--quiet", revision, "--", *_DECIDING) is None:
        print(f"Settings or code have changed since {revision}: this result is another one's.")
        return
    committed = _git("show", f"{revision}:./{metrics.as_posix()}")
    if committed is None:
        raise UserError(f"git has no {metrics} in {revision}: commit a result, and later ones are compared with it")
    then: dict[str, Any] = json.loads(committed)
    print(agreement(now, then))


def _git(*arguments: str) -> str | None:
    """Give what git says, or None if it fails."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        raise UserError(f"git, which knows the committed result, cannot be run ({error.strerror})") from error
    return None if done.returncode else done.stdout
