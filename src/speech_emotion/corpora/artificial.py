"""Which corpora hold no human speech. It imports nothing: training and evaluation ask it, and know no corpus else."""

SYNTHETIC = "synthetic"
"""Name of the embedded corpus, which a speech synthesiser speaks: its numbers say nothing about people."""
