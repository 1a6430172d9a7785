"""Run all attacks, or some.

    python -m tests.hostile.attack [--seed 1] [--share 1.0] [--first 0] [--workers 2] [NAME ...]

Prints seed and summary of each; the exit status is 1 if anything was found. One case again: `--first N --cases 1`.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from . import archives, audio, kills, models, tables
from .summary import Summary


class Attack(NamedTuple):
    """An attack, and how often it is tried in full."""

    run: Callable[..., Summary]
    """`attack(seed, cases, folder, first=0, workers=1)`."""
    cases: int


ATTACKS = {
    "audio": Attack(audio.attack, 20_000),
    "archives": Attack(archives.attack, 5_000),
    "tables": Attack(tables.attack, 1_400),
    "models": Attack(models.attack, 600),
    "kills": Attack(kills.attack, 300),
}


def main() -> int:
    """Run what the command line asks for; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ATTACKS)}; by default all")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="by default another at every run")
    parser.add_argument("--share", type=float, default=1.0, help="of the cases of a full run")
    parser.add_argument("--cases", type=int, help="of each attack, in place of a share")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time")
    options = parser.parse_args()
    if unknown := set(options.names) - set(ATTACKS):
        parser.error(f"there is no attack {', '.join(sorted(unknown))}")
    found = 0
    for name in options.names or ATTACKS:
        attack = ATTACKS[name]
        cases = options.cases or max(1, round(options.share * attack.cases))
        print(f"{name}: {cases} cases, seed {options.seed} ...", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            summary = attack.run(options.seed, cases, Path(folder), first=options.first, workers=options.workers)
        print(summary, flush=True)
        found += len(summary.findings)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
