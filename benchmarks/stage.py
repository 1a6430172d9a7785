"""Run one extraction and print its seconds; `extraction.py` starts it, so that each run is a fresh process."""

import os
import pickle
import sys
from pathlib import Path

from speech_emotion.extraction.purpose import PURPOSE
from speech_emotion.parallel import start

if __name__ == "__main__":
    start.warm_up(PURPOSE.preload)
    # Loaded before the clock starts, as the loop's libraries are; the stage has read the manifest by then.
    import pandas as pd  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from speech_emotion.extraction.run import extract

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # no progress bar
    clips, settings, target, cache = pickle.loads(Path(sys.argv[1]).read_bytes())
    print(extract(clips, settings, target, cache=cache).seconds)
