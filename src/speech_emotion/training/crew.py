"""Networks of all folds trained side by side, as many at once as there are cores and memory, or on a cluster."""

import errno
import pickle
import queue
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.parallel import cluster, memory
from speech_emotion.parallel.child import Died, in_child
from speech_emotion.parallel.workers import VARIABLE, local_workers
from speech_emotion.training import fingerprint, remote, tasks
from speech_emotion.training.memo import Entry, Trained
from speech_emotion.training.progress import Network, Progress
from speech_emotion.training.purpose import PURPOSE
from speech_emotion.training.unit import Rest, Unit

PROCESS_BYTES = 1 << 30
"""Memory that a process takes which trains, beside the windows of its validation part."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Stop = Callable[[], bool]
Train = Callable[["Due", Callable[[Any], None], Stop], Trained]


@dataclass(frozen=True)
class Due:
    """A unit that is made when it is its turn, since all of many folds do not fit in memory.

    Attributes
    ----------
    fingerprint : str
        Of the unit.
    network : str
        Name of its network.
    window_bytes : int
        Size of the windows of its validation part.
    make : callable
        Gives the unit.
    """

    fingerprint: str
    network: str
    window_bytes: int
    make: Callable[[], Unit]


@dataclass(frozen=True)
class FoldWork:
    """What there is to do for a fold: its units, and what follows when they are trained.

    Attributes
    ----------
    fold : int
        Its number.
    units : sequence of Due
        Its networks: of each of its `lessons`, by number, one lesson after the other.
    rest : callable
        Gives the `Rest`, without the weights.
    """

    fold: int
    units: Sequence[Due]
    rest: Callable[[], Rest]


@dataclass(frozen=True)
class FoldDone:
    """What came of it: each network, and what the models make of the clips. The fold's model is written."""

    networks: tuple[Trained, ...]
    predictions: pd.DataFrame


def train_all(work: Sequence[FoldWork], scheduler: str, memo: Path | None, progress: Progress) -> dict[int, FoldDone]:
    """Train what is not in the memo, and finish every fold when its networks are there.

    Parameters
    ----------
    work : sequence of FoldWork
        Of every fold.
    scheduler : str
        Address of a Dask scheduler whose workers train; "" for processes of this machine.
    memo : Path or None
        Folder of the memo.
    progress : Progress
        What shows how far it is.

    Returns
    -------
    dict from int to FoldDone
        By the fold's number.

    Raises
    ------
    UserError
        If a process dies, a network does not fit, or the cluster fails. What was finished until then is in the memo.
    """
    units = {(each.fold, number): unit for each in work for number, unit in enumerate(each.units)}
    trained = _known(units, memo, [fingerprint.of_processor()])
    missing = {network: unit for network, unit in units.items() if network not in trained}
    windows = max((unit.window_bytes for unit in units.values()), default=0)
    here = _at_once(PROCESS_BYTES + 2 * windows)
    with _place(scheduler if missing else "", here) as (train, at_once, processors):
        trained |= _known(missing, memo, processors)
        missing = {network: unit for network, unit in missing.items() if network not in trained}
        progress.expect(len(missing))
        return _Shift(work, trained, missing, train, memo, progress).run(at_once, here)


def _known(units: dict[Network, Due], memo: Path | None, processors: Sequence[str]) -> dict[Network, Trained]:
    found: dict[Network, Trained] = {}
    if memo is None:
        return found
    for network, unit in units.items():
        for processor in processors:
            trained = Entry(memo, unit.fingerprint, processor).finished()
            if trained is not None:
                found[network] = trained
                break
    return found


def _at_once(bytes_each: int) -> int:
    """Tell how many processes may train at once on this machine."""
    if in_child(tasks.has_gpu, None, preload=PURPOSE.preload):
        return 1  # they would share one device, and its memory
    free = memory.available()
    return local_workers() if free is None else max(1, min(local_workers(), free // bytes_each))


@contextmanager
def _place(scheduler: str, here: int) -> Iterator[tuple[Train, int, list[str]]]:
    """Give what trains a unit, how many of them at once, and the kinds of processors of others than this machine."""
    if not scheduler:
        yield _in_child, here, []
        return
    with cluster.connected(scheduler, PURPOSE) as client:
        yield partial(_on_cluster, client), cluster.capacity(client), sorted(remote.processors(client))


def _in_child(due: Due, tell: Callable[[Any], None], stopped: Stop) -> Trained:
    trained: Trained = in_child(tasks.train_unit, due.make(), preload=PURPOSE.preload, tell=tell, stopped=stopped)
    return trained


def _on_cluster(client: Any, due: Due, tell: Callable[[Any], None], stopped: Stop) -> Trained:
    unit = due.make()
    validation = unit.validation and unit.validation.with_features()
    whole = replace(unit, train=unit.train.with_features(), validation=validation)
    return remote.train(client, pickle.dumps(whole), fingerprint.of_code(due.network), due.network, tell, stopped)


def _finish(work: FoldWork, networks: tuple[Trained, ...], stopped: Stop) -> pd.DataFrame:
    rest = replace(work.rest(), weights=tuple(trained.weights for trained in networks),
                   machines=tuple(trained.machine for trained in networks))
    predictions: pd.DataFrame = in_child(tasks.finish_fold, rest, preload=PURPOSE.preload, stopped=stopped)
    return predictions


class _Shift:
    """One run: threads that each wait for a process or a worker, and this one, which learns of what they do."""

    def __init__(
        self, work: Sequence[FoldWork], trained: dict[Network, Trained], missing: dict[Network, Due], train: Train,
        memo: Path | None, progress: Progress,
    ) -> None:
        self._work, self._trained, self._missing = {each.fold: each for each in work}, trained, missing
        self._train, self._memo, self._progress = train, memo, progress
        self._stop = threading.Event()
        self._news: queue.Queue[Callable[[], None]] = queue.Queue()
        self._done: dict[int, FoldDone] = {}

    def run(self, at_once: int, here: int) -> dict[int, FoldDone]:
        with ThreadPoolExecutor(at_once) as threads, ThreadPoolExecutor(here) as others:
            # Folds are finished on this machine; where units are trained here too, they share its cores.
            self._finishing = threads if self._train is _in_child else others
            try:
                for (fold, number), trained in self._trained.items():
                    for epoch, logs in enumerate(trained.history):
                        self._progress.tell((fold, number), epoch, _metrics(logs))
                for fold in self._work:
                    self._finish_if_ready(fold)
                for network, unit in self._missing.items():
                    tell = partial(self._hear, network)
                    self._submit(threads, partial(self._received, network), _title(network),
                                 self._train, unit, tell, self._stop.is_set)
                while len(self._done) < len(self._work):
                    self._news.get()()
            finally:
                self._stop.set()
                for pool in (threads, others):
                    pool.shutdown(wait=False, cancel_futures=True)
        return self._done

    def _submit(
        self, threads: ThreadPoolExecutor, receive: Callable[[Any], None], title: str, do: Callable[..., Any],
        *arguments: Any,
    ) -> None:
        def received(future: Future[Any]) -> None:
            try:
                result = future.result()
            except Died as error:
                raise UserError(
                    f"the process that trained {title} died ({error}), perhaps because the system ran out of memory; "
                    f"{PURPOSE.kept}. Run the same command again, with fewer processes if need be ({VARIABLE}=1)"
                ) from error
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    raise
                raise UserError(
                    f"{title} cannot be written ({error.filename or 'a temporary file'}: {error.strerror or error}); "
                    f"{PURPOSE.kept}. Make room there and in {tempfile.gettempdir()}, then run the same command again"
                ) from error
            receive(result)

        def put(future: Future[Any]) -> None:
            if not future.cancelled():
                self._news.put(partial(received, future))

        threads.submit(do, *arguments).add_done_callback(put)

    def _hear(self, network: Network, news: Any) -> None:
        epoch, logs = news
        self._news.put(partial(self._progress.tell, network, epoch, logs))

    def _received(self, network: Network, trained: Trained) -> None:
        unit = self._missing[network]
        if self._memo is not None:
            # A process of this machine has done so by itself; a worker may not see the folder.
            Entry(self._memo, unit.fingerprint, trained.processor).finish_unless_there(trained)
        self._trained[network] = trained
        self._progress.done(network)
        self._finish_if_ready(network[0])

    def _finish_if_ready(self, fold: int) -> None:
        work = self._work[fold]
        networks = [self._trained.get((fold, number)) for number in range(len(work.units))]
        ready = tuple(trained for trained in networks if trained is not None)
        if len(ready) < len(networks):
            return
        self._submit(self._finishing, lambda said: self._done.update({fold: FoldDone(ready, said)}), f"fold {fold}",
                     _finish, work, ready, self._stop.is_set)


def _title(network: Network) -> str:
    return f"fold {network[0]}, network {network[1]}"


def _metrics(logs: dict[str, Any]) -> dict[str, float]:
    return {name: value for name, value in logs.items() if name not in {"epoch", "kept"}}
