"""``ser inspect``."""

from pathlib import Path
from typing import Annotated

import typer

from speech_emotion.core.errors import UserError


def inspect(
    names: Annotated[list[str] | None, typer.Argument(
        metavar="FILE|CLIP_ID...", help="Audio files, or ids of clips in the manifest (or how they begin).")] = None,
    corpus: Annotated[str | None, typer.Option(help="Show clips of this corpus, one for each value of --by.")] = None,
    by: Annotated[str, typer.Option(help="Column of the manifest, such as label, speaker or intensity.")] = "label",
    output: Annotated[Path, typer.Option(
        "--output", "-o", help="What to write: .png for a picture, .html for an interactive page with a player.",
    )] = Path("inspect.png"),
    params: Annotated[Path, typer.Option(
        help="Parameter file; its section extract_mfcc decides.")] = Path("params.yaml"),
    data: Annotated[Path, typer.Option(help="Folder of the manifest.")] = Path("data"),
    allow_tracked: Annotated[bool, typer.Option(
        "--allow-tracked", help="Write a page, which holds the audio, even where git would take it along.")] = False,
) -> None:
    """Show waveform, log-mel spectrogram and MFCCs of clips, side by side."""
    from speech_emotion.inspection import choice, clips
    from speech_emotion.params.base import load
    from speech_emotion.params.extract_mfcc import ExtractMfcc
    from speech_emotion.params.ingest import Ingest
    from speech_emotion.sharing import require_ignored

    extension = output.suffix.lower()
    if extension not in {".png", ".html"}:
        raise UserError(f"--output is '{output}', but must end in .png or .html")
    if bool(names) == bool(corpus):
        raise UserError("name audio files or clip ids, or give --corpus (and --by), but not both")
    settings = load(params, ExtractMfcc)
    if names and all(Path(name).is_file() for name in names):
        chosen = [choice.from_file(name) for name in names]
    else:
        from speech_emotion import manifest

        files = manifest.read_files(data / "files.parquet")
        table = manifest.join_files(manifest.read(data / "manifest.parquet"), files)
        root = load(params, Ingest).root
        chosen = (choice.one_per_value(corpus, by, table, root) if corpus
                  else choice.by_names(names or [], table, root))
    if extension == ".html" and not allow_tracked:
        require_ignored(output, [clip.corpus for clip in chosen])
    looks = [clips.from_file(clip.path, settings, clip.title) for clip in chosen]
    if extension == ".html":
        from speech_emotion.inspection.page import write_page

        write_page(looks, output)
    else:
        from speech_emotion.inspection.picture import write_png

        write_png(looks, output)
    print(f"{output}: {len(looks)} clip{'s' if len(looks) > 1 else ''}")
