"""`ser validate`, `ser audit` and `ser download`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from speech_emotion.core.errors import UserError

TO_DOWNLOAD = "ravdess, tess, crema_d, emodb"
"""Corpora that their authors publish for everybody; the registry, which knows them, takes long to load."""


def validate(
    root: Annotated[Path, typer.Argument(help="A corpus's folder, or one above several.")],
    corpus: Annotated[list[str] | None, typer.Option(help="A corpus that should be there; may be repeated.")] = None,
    all_paths: Annotated[bool, typer.Option("--all", help="List every path, not the first ten.")] = False,
) -> None:
    """Say per corpus whether it is complete, and which files are missing, altered or unknown.

    Exit status: 0 if all are complete, 1 if not.
    """
    from speech_emotion.acquisition import validate as validation

    results = validation.validate(root, corpus or [])
    for result in results:
        print(validation.describe(result, None if all_paths else 10))
    if not all(result.complete for result in results):
        raise typer.Exit(1)


def audit(
    root: Annotated[Path | None, typer.Argument(
        help="A corpus's folder, or one above several; by default ingest.root.")] = None,
    corpus: Annotated[list[str] | None, typer.Option(
        help="A corpus to take; may be repeated; by default ingest.corpora.")] = None,
    min_duration: Annotated[float | None, typer.Option(
        min=0, help="Shortest clip that is taken, in s; by default ingest.min_duration.")] = None,
    params: Annotated[Path, typer.Option(help="Parameter file; its section ingest decides.")] = Path("params.yaml"),
    rejected: Annotated[Path | None, typer.Option(help="Write the list of rejected files to this CSV.")] = None,
    all_paths: Annotated[bool, typer.Option("--all", help="Name every file, not ten for each rule and flag.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print one table in Markdown.")] = False,
) -> None:
    """Say what the stage `ingest` would take, flag and reject with the settings of params.yaml, and why.

    Exit status: 1 if it would stop, as without any usable clip, or at a rejected one with ingest.strict.
    """
    from speech_emotion.ingest.intake import by_settings, require_all, require_clips, write_rejected
    from speech_emotion.ingest.summary import named, summary, text
    from speech_emotion.params.base import load
    from speech_emotion.params.ingest import Ingest

    given = {"root": root and str(root), "corpora": corpus, "min_duration": min_duration}
    settings = load(params, Ingest).model_copy(
        update={key: value for key, value in given.items() if value is not None})
    intake = by_settings(settings, named_in="--corpus" if corpus else "ingest.corpora")
    numbers = summary(intake.clips, intake.rejected, intake.files)
    print(_ledger(numbers) if markdown else text(numbers, intake.not_selected, intake.notices))
    names = named(intake.clips, intake.files, intake.rejected, None if all_paths else 10)
    if names and not markdown:
        print(f"\n{names}")
    if rejected:
        write_rejected(intake.rejected, rejected)
    where = rejected or ("`ser audit`" if markdown else "The list above")
    require_clips(intake, settings.root, where)
    if settings.strict:
        require_all(intake, where)


def _ledger(numbers: dict[str, Any]) -> str:
    from speech_emotion.corpora import registry
    from speech_emotion.ingest.summary import join_counts

    lines = ["| corpus | clips expected | files found | taken | rejected, by rule | flagged |",
             "|---|---|---|---|---|---|"]
    for name in sorted({*numbers["by_corpus"], *numbers["rejected"]}):
        taken = numbers["by_corpus"].get(name, {"clips": 0})["clips"]
        rules, flags = (numbers[kind].get(name, {}) for kind in ("rejected", "flags"))
        known = registry.CORPORA.get(name)
        title, expected = (known.title, known.num_clips) if known else (name, None)
        cells = [title, expected or "", taken + sum(rules.values()), taken, join_counts(rules), join_counts(flags)]
        lines.append("| " + " | ".join(str(cell) or "none" for cell in cells) + " |")
    return "\n".join(lines)


def download(
    name: Annotated[str, typer.Argument(help=f"One of {TO_DOWNLOAD}.")],
    to: Annotated[Path, typer.Option(help="The folder in which the corpus's own folder is made.")] = Path("data/raw"),
    accept_licence: Annotated[bool, typer.Option(
        "--accept-licence", help="You have read the corpus's licence and keep to it.")] = False,
    allow_tracked: Annotated[bool, typer.Option(
        "--allow-tracked", help="Write the audio even where git would take it along.")] = False,
) -> None:
    """Fetch a corpus from where its authors publish it, check it, and put it in <to>/<name>.

    Shows size and licence first. After an interruption the same command goes on where it stopped.
    """
    from speech_emotion.corpora import registry
    from speech_emotion.sharing import require_ignored

    corpus, = registry.get([name], named_in="ser download")
    target = to / corpus.name
    if corpus.source is None:
        print(f"{corpus.title}: {corpus.licence}. {corpus.how_to_get}")
        if not target.is_dir():
            raise typer.Exit(1)
        validate(target, [corpus.name])
        return
    # Only here: `ser` has to work without the optional dependencies of downloading.
    from speech_emotion.acquisition import download as downloading
    from speech_emotion.acquisition.sources import total_bytes

    needed = total_bytes(corpus)
    print(f"{corpus.title}\n  {corpus.citation}\n  licence: {corpus.licence}\n  "
          + (f"size: {needed / 1e6:,.0f} MB\n  " if needed else "") + f"from: {corpus.homepage}\n  to: {target}")
    if not accept_licence:
        raise UserError("nothing was downloaded; if you keep to the licence, add --accept-licence")
    if not allow_tracked:
        require_ignored(target, [corpus.name])
    downloading.download(corpus, target)
    validate(target, [corpus.name])
