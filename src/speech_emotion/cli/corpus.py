"""``ser corpus``: corpora of the user's own."""

from pathlib import Path
from typing import Annotated

import typer

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing

app = typer.Typer(help="Describe corpora of your own (docs/own-data.md).", no_args_is_help=True)


@app.callback()
def _corpus() -> None:
    """Describe corpora of your own (docs/own-data.md)."""


@app.command()
def new(
    target: Annotated[Path, typer.Argument(metavar="FOLDER|TABLE", help="A folder of audio, or a table of clips.")],
    name: Annotated[str | None, typer.Option(help="Of the corpus; by default after the folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a description that is there.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print it.")] = False,
) -> None:
    """Look at a folder or table, propose a description, and write it to corpus.yaml there."""
    from speech_emotion.proposal import propose

    proposal = propose(target, name)
    print(proposal.text, end="")
    if dry_run:
        return
    if proposal.target.exists() and not force:
        raise UserError(f"{proposal.target}: is there already, and was left as it is; --force replaces it")
    with replacing(proposal.target) as temporary:
        temporary.write_text(proposal.text, encoding="utf-8")
    print(f"\n{proposal.target}: written. Check it, the lines with `?` above all; what ingest makes of it says:\n"
          f"ser audit {proposal.target.parent}")
