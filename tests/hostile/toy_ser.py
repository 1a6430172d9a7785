"""`ser` with a toy corpus in its registry: `toy_ser.py LISTING download NAME ...`; NAME is `packed` or `single`."""

import json
import sys
from pathlib import Path

from speech_emotion.cli.main import main
from speech_emotion.core.console import end_on_interrupt


def register(listing: Path, name: str) -> None:
    """Let the registry have what `toy_server.serve` lists, under the name of one of its two sources."""
    import dataclasses

    from speech_emotion.corpora import registry
    from speech_emotion.corpora.base import Archive, FilesAt, Published

    told = json.loads(listing.read_text())
    sources = {"packed": Archive(told["archive"], told["checksum"], told["bytes"]), "single": FilesAt(told["files"])}
    published = [Published(**file) for file in told["published"]]
    toy = dataclasses.replace(registry.CORPORA["emodb"], name=name, source=sources[name], published=lambda: published)
    registry.CORPORA = {**registry.CORPORA, name: toy}


if __name__ == "__main__":
    end_on_interrupt()
    register(Path(sys.argv.pop(1)), sys.argv[2])
    main()
