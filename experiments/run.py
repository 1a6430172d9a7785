"""Run a grid of experiments over several seeds, and print what each change of a setting is worth.

    python experiments/run.py experiments/time_warp.txt --seeds 1 2 3 -S ingest.root=data/raw ...

A grid is a file of `-S` arguments of `dvc exp run`, one on a line, `#` in front of comments; a setting with several
values, separated by commas, is varied, and its first value is what the others are compared with. Every combination is
one experiment per seed (`dvc exp run --temp`), under a name that follows from its settings, so that a grid that was
stopped goes on where it was, and `dvc exp show` and `dvc exp apply` know them. All other arguments go to each
`dvc exp run`: the data and the protocol, on which the grid does not depend.

Printed is the UAR on the validation parts, in which the test speakers have no part, as a table for docs/ablations.md:
its mean over folds and seeds, the gain over the first combination (paired by fold and seed), the gain's standard
deviation over the seeds' means and over folds, and the time of an experiment. `--test` adds the UAR on the test parts:
for a report, when the choice is made. Without it, no model is trained on the validation parts too (`train_cnn.refit`).
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from dvc.api import DVCFileSystem
from dvc.utils.hydra import get_hydra_sweeps

from speech_emotion import predictions
from speech_emotion.core.console import errors_for_people
from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing
from speech_emotion.evaluation.metrics import uar
from speech_emotion.extraction import cache
from speech_emotion.training import memo

TIMES = Path(".cache/experiments")
"""How long each experiment took: of no use to DVC, whose outputs hold no times."""


@dataclass(frozen=True)
class Point:
    """One combination of a grid's settings."""

    overrides: tuple[str, ...]
    """Arguments of `-S`."""
    varied: tuple[str, ...]
    """Those of them that other points have otherwise, for people; the empty tuple where nothing is varied."""


class Score(NamedTuple):
    """What came of one experiment."""

    validation: np.ndarray
    """UAR on the validation part of each fold, float64."""
    test: float
    """UAR on all folds' test parts, pooled."""
    seconds: float
    """Of the whole command; not a number where it was run elsewhere."""


def main() -> None:
    """Run what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("grid", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], metavar="SEED")
    parser.add_argument("--test", action="store_true")
    arguments, common = parser.parse_known_args()
    # An experiment runs in a copy of the project, which has neither cache nor memo of its own.
    for shared in (cache, memo):
        os.environ.setdefault(shared.VARIABLE, str(shared.DEFAULT.resolve()))
    with errors_for_people():
        points = read(arguments.grid)
        commit = _committed()
        scores = {}
        for number, point in enumerate(points):
            for seed in arguments.seeds:
                settings = [*point.overrides, f"train_cnn.seed={seed}"]
                if not arguments.test:
                    settings.append("train_cnn.refit=false")  # it changes nothing on the validation parts
                print(f"{number + 1}/{len(points)}, seed {seed}: {' '.join(point.varied)}", file=sys.stderr)
                scores[number, seed] = _score(_run(arguments.grid.stem, settings, common, commit))
        print(table(points, scores, test=arguments.test))


def read(grid: Path) -> list[Point]:
    """Read a grid's combinations, the first values first.

    Raises
    ------
    UserError
        If the file is not there or holds something else.
    """
    try:
        lines = grid.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"{grid}: cannot be read ({error.strerror}); grids lie in experiments/") from error
    words = " ".join(line for line in lines if not line.lstrip().startswith("#")).split()
    if not words or len(words) % 2 or set(words[::2]) != {"-S"}:
        raise UserError(f"{grid}: holds other things than `-S setting=value,value` and comments")
    combinations = [sweep["params.yaml"] for sweep in get_hydra_sweeps({"params.yaml": words[1::2]})]
    everywhere = set.intersection(*map(set, combinations))
    return [Point(tuple(each), tuple(one.removeprefix("train_cnn.") for one in each if one not in everywhere))
            for each in combinations]


def table(points: list[Point], scores: dict[tuple[int, int], Score], *, test: bool = False) -> str:
    """Lay scores out in Markdown.

    Parameters
    ----------
    points : list of Point
    scores : dict
        By number of the point and seed.
    test : bool
        Whether the UAR on the test parts is shown too.

    Returns
    -------
    str
    """
    lines = ["| setting | validation UAR | gain | over seeds | over folds | time |" + (" test UAR |" if test else ""),
             "|---|---|---|---|---|---|" + ("---|" if test else "")]
    of_points = [[score for (which, _), score in scores.items() if which == number] for number in range(len(points))]
    first = np.stack([score.validation for score in of_points[0]])  # seeds, folds
    for number, (point, own) in enumerate(zip(points, of_points, strict=True)):
        uars = np.stack([score.validation for score in own])
        gains = uars - first
        cells = [" ".join(f"`{one}`" for one in point.varied) or "as it is", f"{uars.mean():.3f}"]
        gained = [f"{gains.mean():+.3f}", _spread(gains.mean(axis=1)), _spread(gains.mean(axis=0))]
        cells += gained if number else [""] * len(gained)
        times = [score.seconds for score in own if not np.isnan(score.seconds)]
        cells.append(f"{np.mean(times):.0f} s" if times else "")
        if test:
            cells.append(f"{np.mean([score.test for score in own]):.3f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _spread(gains: np.ndarray) -> str:
    return f"± {gains.std(ddof=1):.3f}" if len(gains) > 1 else ""


def _committed() -> str:
    """Name the commit that is experimented on."""
    changed = subprocess.run(["git", "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True,
                             check=True).stdout
    if changed:
        raise UserError(f"experiments are kept by the commit that they start from, and there are changes since:\n"
                        f"{changed}Commit them, or put them aside (`git stash`)")
    return subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()


def _run(grid: str, settings: list[str], common: list[str], commit: str) -> str:
    """Run an experiment unless there is one; give its name."""
    digest = hashlib.sha256(json.dumps([commit, settings, common]).encode()).hexdigest()
    name = f"{grid.replace('_', '-')}-{digest[:10]}"
    there = subprocess.run(["dvc", "exp", "list", "--name-only"], capture_output=True, text=True, check=True).stdout
    if name in there.split():
        return name
    began = time.perf_counter()
    arguments = [word for setting in settings for word in ("-S", setting)]
    done = subprocess.run(["dvc", "exp", "run", "--temp", "--quiet", "--name", name, *common, *arguments],
                          stdout=sys.stderr, check=False)  # the table alone is the output
    if done.returncode:
        raise UserError(f"the experiment with {' '.join(settings)} failed; the others are kept, and the same command "
                        "goes on where it was")
    TIMES.mkdir(parents=True, exist_ok=True)
    with replacing(TIMES / name) as temporary:
        temporary.write_text(f"{time.perf_counter() - began:.1f}\n", encoding="utf-8")
    return name


def _score(name: str) -> Score:
    """Read an experiment's predictions out of DVC's cache."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "predictions.parquet")
        DVCFileSystem(rev=name).get_file("data/predictions.parquet", str(copy))
        made = predictions.read(copy)
    validation, tested = made.part("validation"), made.part("test")
    of_folds = np.array([uar(rows["label"], rows["predicted"]) for _, rows in validation.groupby("fold")])
    timed = TIMES / name
    return Score(of_folds, uar(tested["label"], tested["predicted"]),
                 float(timed.read_text(encoding="utf-8")) if timed.is_file() else float("nan"))


if __name__ == "__main__":
    main()
