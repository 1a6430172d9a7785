"""What can be seen of trainings while they run: a bar over all epochs, and live curves of each network."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dvclive.live import Live
from dvclive.utils import standardize_metric_name
from tqdm import tqdm

Network = tuple[int, int]
"""A network: its fold and its number."""


class Progress:
    """Shows how far the trainings of some networks are; a context manager.

    Parameters
    ----------
    epochs : int
        Of each network, at most.
    live : mapping from Network to Path
        For each network the folder in which DVCLive keeps the metrics of every epoch; what an earlier run of DVCLive
        left in it is removed. They only show the run while it runs: what is kept and versioned comes from the stage
        `evaluate`. Networks without a folder have none.
    """

    def __init__(self, epochs: int, live: Mapping[Network, Path]) -> None:
        self._epochs = epochs
        self._folders = live
        self._curves: dict[Network, Any] = {}
        self._seen: dict[Network, int] = {}
        self._bar = tqdm(desc="train_cnn", unit="epoch", disable=None)

    def expect(self, networks: int) -> None:
        """Take note of how many networks are to be trained."""
        self._bar.total = networks * self._epochs
        self._bar.refresh()

    def tell(self, network: Network, epoch: int, logs: Mapping[str, float]) -> None:
        """Show an epoch, counted from 0. One that was shown already is not shown again."""
        if epoch < self._seen.get(network, 0):
            return
        self._seen[network] = epoch + 1
        with self._curves_may_fail():
            self._draw(network, logs)
        self._bar.set_postfix({name: f"{value:.3f}" for name, value in logs.items() if "accuracy" in name})
        self._bar.update()

    def done(self, network: Network) -> None:
        """Take note that a network is finished, early or not."""
        self._bar.update(self._epochs - self._seen.get(network, 0))
        self._seen[network] = self._epochs
        if network in self._curves:
            with self._curves_may_fail():
                self._curves.pop(network).end()

    def _draw(self, network: Network, logs: Mapping[str, float]) -> None:
        if network in self._folders:
            if network not in self._curves:
                self._curves[network] = Live(str(self._folders[network]), save_dvc_exp=False, dvcyaml=None, report=None)
            for name, value in logs.items():
                self._curves[network].log_metric(standardize_metric_name(name, "dvclive.keras"), value)
            self._curves[network].next_step()

    @contextmanager
    def _curves_may_fail(self) -> Iterator[None]:
        # Whatever it is: on a full disk DVC's own databases fail, in their own ways. Nothing depends on the curves.
        try:
            yield
        except Exception as error:
            print(f"warning: there are no more live curves: {type(error).__name__}: {error}", file=sys.stderr)
            self._folders, self._curves = {}, {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Go away."""
        with self._curves_may_fail():
            for curve in self._curves.values():
                curve.end()
        self._bar.close()
