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
) -> None:
    """Show waveform, log-mel spectrogram and MFCCs of clips, side by side."""
    from speech_emotion.inspection import clips as pictures
    from speech_emotion.params.base import load
    from speech_emotion.params.extract_mfcc import ExtractMfcc
    from speech_emotion.params.ingest import Ingest

    if output.suffix.lower() not in {".png", ".html"}:
        raise UserError(f"--output is '{output}', but must end in .png or .html")
    if bool(names) == bool(corpus):
        raise UserError("name audio files or clip ids, or give --corpus (and --by), but not both")
    settings = load(params, ExtractMfcc)
    chosen: list[tuple[Path, str]] = []
    if all(Path(name).is_file() for name in names or []) and not corpus:
        chosen = [(Path(name), Path(name).name) for name in names or []]
    else:
        from speech_emotion import manifest

        clips, files = manifest.read(data / "manifest.parquet"), manifest.read_files(data / "files.parquet")
        table = manifest.join_files(clips, files)
        root = load(params, Ingest).root
        if corpus:
            chosen = pictures.one_of_each(corpus, by, table, root)
        else:
            chosen = [
                (Path(name), Path(name).name) if Path(name).is_file() else pictures.find(name, table, root)
                for name in names or []
            ]
    looks = [pictures.look(path, settings, title) for path, title in chosen]
    (pictures.page if output.suffix.lower() == ".html" else pictures.png)(looks, output)
    print(f"{output}: {len(looks)} clip{'s' if len(looks) > 1 else ''}")
