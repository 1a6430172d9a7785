"""The trained model that a command judges with: an exported file where there is one, else a model folder."""

import sys
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from speech_emotion.core.errors import UserError
from speech_emotion.models.identity import BLUEPRINT, EXPORTED, digest
from speech_emotion.prediction.judge import Judge

Models = Annotated[Path, typer.Option(
    help="Trained model: the pipeline's folder, one bundle in it, or a file that `ser export` wrote.")]
"""The option of commands that judge."""
DEFAULT = Path("models")
"""Where the pipeline writes."""


class Chosen(NamedTuple):
    """What a command judges with.

    Attributes
    ----------
    judge : Judge
        The trained model.
    path : Path
        What it was read from: a file, or a model folder.
    exported : bool
        Whether it is an exported model, which any number of threads may use.
    """

    judge: Judge
    path: Path
    exported: bool


def choose(models: Path, *, threads: int = 0) -> Chosen:
    """Open a trained model, and say on standard error what is to be known of it.

    A folder that holds an exported file of its own is judged with that: it says the same and is there in a moment. An
    exported file of other weights, or that cannot be read, is left aside.

    Parameters
    ----------
    models : Path
        An exported file, a model folder, or one fold's folder in it.
    threads : int >= 0
        Threads that an exported model computes a clip with; 0 for as many as there are cores.

    Raises
    ------
    UserError
        If there is no usable model.
    ModuleNotFoundError
        If there is a model folder alone, and what it takes is not installed.
    """
    chosen = _exported(models, threads) or Chosen(_trained(models), models, exported=False)
    if chosen.judge.synthetic:
        print("note: this model was trained on synthetic speech alone; it knows no human speech", file=sys.stderr)
    return chosen


def require_lone(judge: Judge, why: str) -> None:
    """Refuse a model that judges a clip beside others of its speaker.

    Raises
    ------
    UserError
        If it does.
    """
    if judge.transductive:
        raise UserError(f"this model judges a clip beside others of its speaker, {why}; take one that is trained with "
                        "another train_cnn.normalisation")


def _exported(models: Path, threads: int) -> Chosen | None:
    path = models if models.is_file() else models / EXPORTED
    if not path.is_file():
        return None
    from speech_emotion.portable.model import Model  # takes a moment

    if path == models:
        return Chosen(Model(path, threads), path, exported=True)
    try:
        model = Model(path, threads)
        if model.card.document.get("model") == digest(models):
            return Chosen(model, path, exported=True)
        reason = "is of other weights than its folder"
    except UserError as error:
        reason = str(error).removeprefix(f"{path}: ")
    print(f"note: {path}: left aside, since it {reason}; `ser export --models {models} --output {path}` writes it anew",
          file=sys.stderr)
    return None


def _trained(models: Path) -> Judge:
    if not any((folder / BLUEPRINT).is_file() for folder in (models, models.resolve().parent)):
        raise UserError(f"{models}: there is no trained model here; `dvc repro` trains one, `dvc pull models` fetches "
                        "one, and `ser export` makes a file of one")
    try:
        from speech_emotion.models import backend

        backend.load()
        from speech_emotion.prediction.predictor import Predictor
    except ModuleNotFoundError as error:
        error.add_note(f"{models} is a model folder without a {EXPORTED}; a file that `ser export` wrote elsewhere "
                       "needs no more than is installed")
        raise
    return Predictor.load(models)
