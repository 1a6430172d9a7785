"""Stage `ingest`: find, read and check every clip; write what they are, where they lie, and what was rejected."""

import sys
from pathlib import Path

from _stage import PARAMS, rehearse_training, run

if __name__ == "__main__":  # not in the processes that read audio, each of which reads this file first
    from speech_emotion import manifest
    from speech_emotion.ingest.intake import by_settings, require_all, require_clips, write_rejected
    from speech_emotion.ingest.root import notice
    from speech_emotion.ingest.summary import summary, text
    from speech_emotion.params.base import load
    from speech_emotion.params.ingest import Ingest

MANIFEST = Path("data/manifest.parquet")
FILES = Path("data/files.parquet")
REJECTED = Path("data/rejected.csv")


def ingest() -> None:
    """Write `MANIFEST`, `FILES` and `REJECTED`."""
    params = load(PARAMS, Ingest)
    if said := notice(params.root):
        print(said, file=sys.stderr)
    intake = by_settings(params)
    write_rejected(intake.rejected, REJECTED)
    require_clips(intake, params.root, REJECTED)
    print(text(summary(intake.clips, intake.rejected, intake.files), intake.not_selected, intake.notices))
    if params.strict:
        require_all(intake, REJECTED)
    manifest.write(intake.clips, MANIFEST)
    manifest.write_files(intake.files, FILES)
    print(f"\n{rehearse_training(intake.clips)}")  # last, so that `ser splits` can look at what does not work


if __name__ == "__main__":
    run(ingest, MANIFEST, FILES, REJECTED)
