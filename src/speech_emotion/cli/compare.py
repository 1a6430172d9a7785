"""``ser compare``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from speech_emotion.comparison.formats import Format
from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing


def compare(
    names: Annotated[list[str], typer.Argument(
        metavar="RUN...", help="Experiments, git revisions, Parquet files of predictions, or workspace. Others are "
                               "compared with the first.")],
    baseline: Annotated[bool, typer.Option(
        "--baseline", help="Compare all with the first one's baseline without a network.")] = False,
    common: Annotated[bool, typer.Option(
        "--common", help="Compare runs of different splits too, on the clips that all tested; marked so.")] = False,
    seeds: Annotated[bool, typer.Option(
        "--seeds", help="The runs differ by their seed alone: tell mean and spread, and add their ensemble.")] = False,
    sort: Annotated[bool, typer.Option("--sort", help="The highest UAR first.")] = False,
    output_format: Annotated[Format | None, typer.Option(
        "--format", show_default="as the extension of --output, else table", help="How to write the result.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="The same as --format csv.")] = False,
    output: Annotated[Path | None, typer.Option(
        "--output", "-o", help="Write the result here (.txt, .json, .csv, .md, .tex) instead of printing it.")] = None,
    clips: Annotated[Path | None, typer.Option(help="List the clips that changed sides in this CSV file.")] = None,
    manifest: Annotated[Path | None, typer.Option(
        show_default="beside the file, else data/manifest.parquet",
        help="Manifest that knows the clips of files; revisions have their own.")] = None,
    params: Annotated[Path, typer.Option(
        help="Parameter file; its section evaluate says how intervals are computed.")] = Path("params.yaml"),
) -> None:
    """Compare runs on the clips that all have tested: UAR, differences, intervals over speakers, p-values.

    What DVC tracks is taken from its cache, or else from the default remote; nothing is checked out.
    """
    if len(names) + baseline < 2:
        raise UserError("name two runs at least, or one and --baseline")
    if seeds and len(names) < 2:
        raise UserError("--seeds needs two runs at least")
    if len(set(names)) < len(names):
        raise UserError("a run is named twice")
    if as_json + as_csv + (output_format is not None) > 1:
        raise UserError("give one of --format, --json and --csv")
    kind = Format.json if as_json else Format.csv if as_csv else output_format or Format.of(output)

    import pandas as pd

    from speech_emotion.comparison import compare as measured
    from speech_emotion.comparison import seeds as of_seeds
    from speech_emotion.comparison import sources, tables
    from speech_emotion.comparison.alignment import contender
    from speech_emotion.params.base import load
    from speech_emotion.params.evaluate import Evaluate

    settings = load(params, Evaluate)
    runs = [sources.read(name, manifest) for name in names]
    contenders = ([contender(runs[0], baseline=True)] if baseline else []) + [contender(run) for run in runs]
    if seeds:
        contenders.append(contender(of_seeds.ensemble(runs)))
        common = True  # the seed decides the split, too
    who = pd.concat([run.clips[["clip_id", "speaker"]] for run in runs]).drop_duplicates()
    if who["clip_id"].duplicated().any():
        raise UserError(f"the runs' manifests do not agree who speaks in clip "
                        f"{who.loc[who['clip_id'].duplicated(), 'clip_id'].iloc[0]}")
    comparison = measured(contenders, who.set_index("clip_id")["speaker"], resamples=settings.resamples,
                          confidence=settings.confidence, seed=runs[0].predictions.origin.seed, common=common)
    if seeds:
        comparison["seeds"] = of_seeds.spread(comparison["runs"][-1 - len(runs):-1])
    if sort:
        comparison["runs"].sort(key=lambda run: -run["uar"]["value"])
    if clips is not None:
        with replacing(clips) as temporary:
            tables.changed(comparison).to_csv(temporary, index=False, lineterminator="\n")
    written = tables.text(comparison, kind)
    if output is None:
        sys.stdout.write(written)
    else:
        with replacing(output) as temporary:
            temporary.write_text(written, encoding="utf-8")
