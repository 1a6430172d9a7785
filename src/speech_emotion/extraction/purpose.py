"""What the processes that compute features are for; apart, so that they can be started before anything is loaded."""

from speech_emotion.parallel.workers import Purpose

PURPOSE = Purpose(
    setting="extract_mfcc.scheduler",
    work="computed features",
    kept="finished clips are kept",
    preload=("speech_emotion.extraction.worker",),
)
"""For messages, and for whoever starts them."""
