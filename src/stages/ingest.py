"""Stage `ingest`: find, read and check every clip; write what they are, where they lie, and what was rejected."""

from pathlib import Path

from _stage import PARAMS, run
from speech_emotion import manifest
from speech_emotion.ingest.intake import require_all, require_clips, take_in, write_rejected
from speech_emotion.ingest.summary import summary, text
from speech_emotion.params.base import load
from speech_emotion.params.ingest import Ingest

MANIFEST = Path("data/manifest.parquet")
FILES = Path("data/files.parquet")
REJECTED = Path("data/rejected.csv")


def ingest() -> None:
    """Write `MANIFEST`, `FILES` and `REJECTED`."""
    params = load(PARAMS, Ingest)
    intake = take_in(Path(params.root), params.corpora, min_duration=params.min_duration, options=params.options(),
                     own=params.own)
    write_rejected(intake.rejected, REJECTED)
    require_clips(intake, params.root, REJECTED)
    print(text(summary(intake.clips, intake.rejected, intake.files), intake.not_selected, intake.notices))
    if params.strict:
        require_all(intake, REJECTED)
    manifest.write(intake.clips, MANIFEST)
    manifest.write_files(intake.files, FILES)


if __name__ == "__main__":
    run(ingest, MANIFEST, FILES, REJECTED)
