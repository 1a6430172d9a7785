"""What the processes that train are for; apart, so that they can be started before anything is loaded."""

from speech_emotion.parallel.workers import Purpose

PURPOSE = Purpose(
    setting="train_cnn.scheduler",
    work="trained",
    kept="finished networks and epochs are kept",
    preload=("speech_emotion.training.process",),
)
"""For messages, and for whoever starts them."""
