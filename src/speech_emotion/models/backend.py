"""Load TensorFlow, which takes seconds, when it is needed and without its chatter."""

import importlib
import os
import sys


def load() -> None:
    """Import TensorFlow without what it says about GPUs that are not there.

    Its first messages come before any of its settings for logging are read, straight from C++ to the process's
    standard error, so that is where they are stopped, for as long as the import takes. An import that fails raises
    as ever.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    stderr = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        importlib.import_module("tensorflow")
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
