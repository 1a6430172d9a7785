"""Stage `synthesize`: render the embedded, synthetic corpus into demo/audio."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src" / "stages"))

import _stage
from speech_emotion.params.base import check, load
from speech_emotion.params.synthesize import Synthesize
from speech_emotion.synthesis.render import render_corpus

AUDIO = Path("audio")


def synthesize() -> None:
    """Render the corpus."""
    settings = load(_stage.PARAMS, Synthesize)
    # The pipeline's own settings decide nothing here and do not make this stage run again. But where it runs, it is the
    # first to run, and a slip in them should not wait for it.
    check(Path("..") / _stage.PARAMS)
    count = render_corpus(AUDIO, settings)
    print(f"synthesize: {count} synthetic clips in {AUDIO}")


if __name__ == "__main__":
    _stage.run(synthesize, AUDIO)
