"""Stage `extract_mfcc`: the manifest's clips to frames of features."""

from pathlib import Path

from _stage import PARAMS, rehearse_training, run

FEATURES = Path("data/features")


def extract_mfcc() -> None:
    """Read the manifest and the audio, write `FEATURES`."""
    # Imported here, because each of the processes that compute features reads this file first.
    from speech_emotion.extraction.purpose import PURPOSE
    from speech_emotion.parallel import start

    start.warm_up(PURPOSE.preload)
    from speech_emotion import manifest
    from speech_emotion.extraction.run import clip_files, extract
    from speech_emotion.params.base import load
    from speech_emotion.params.extract_mfcc import ExtractMfcc
    from speech_emotion.params.ingest import Ingest

    settings = load(PARAMS, ExtractMfcc)
    root = load(PARAMS, Ingest).root
    clips = manifest.read("data/manifest.parquet")
    rehearse_training(clips)
    table = manifest.join_files(clips, manifest.read_files("data/files.parquet"))
    print(extract(clip_files(table, root), settings, FEATURES))


if __name__ == "__main__":
    run(extract_mfcc, FEATURES)
