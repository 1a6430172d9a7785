"""What one process does: train one network of one fold, or finish a fold, with one thread.

Importing this module loads TensorFlow; `tasks` names what is done here for processes that do not.
"""

import gc
from collections.abc import Callable
from typing import Any

import pandas as pd
import threadpoolctl

from speech_emotion.models import backend

backend.load()
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from speech_emotion.models import weights  # noqa: E402
from speech_emotion.models.blueprint import write_json  # noqa: E402
from speech_emotion.store import FeatureStore  # noqa: E402
from speech_emotion.training import fingerprint, folds, machine, memory  # noqa: E402
from speech_emotion.training.lessons import lessons  # noqa: E402
from speech_emotion.training.memo import Entry, Trained  # noqa: E402
from speech_emotion.training.network import train_network  # noqa: E402
from speech_emotion.training.unit import Rest, Unit  # noqa: E402

# What is loaded by now stays. The processes that are forked from here collect garbage before each network (as Keras
# does), and need neither look through all of it nor write to the memory that it takes, which they share.
gc.freeze()

Tell = Callable[[tuple[int, dict[str, float]]], None]


def train_unit(unit: Unit, tell: Tell) -> Trained:
    """Train a network, from where another process was if it left that behind.

    Parameters
    ----------
    unit : Unit
        See there.
    tell : callable
        Told every epoch, counted from 0, and its metrics by name; of those too that another process had done.
    """
    with_one_thread()
    memory.hold_on_to_freed()
    processor = fingerprint.of_processor()
    if unit.memo is None:
        return _train(unit, None, tell, processor)
    entry = Entry(unit.memo, unit.fingerprint, processor)
    with entry.alone():
        trained = entry.finished()
        if trained is None:
            trained = _train(unit, entry, tell, processor)
            entry.finish(trained)
        return trained


def finish_fold(rest: Rest) -> pd.DataFrame:
    """Make a fold's model of its trained networks, write it, and let it judge; see `folds.finish`."""
    with_one_thread()
    store = FeatureStore(rest.store)
    networks = []
    for content in rest.weights:
        keras.backend.clear_session()
        networks.append(rest.blueprint.build())
        weights.from_bytes(content, networks[-1])
    taught = lessons(rest.clips, store, rest.blueprint, rest.settings)
    bundle, predictions = folds.finish(networks, taught, rest.clips, store, rest.settings)
    bundle.save(rest.models, rest.fold)
    # Of a fold that is trained twice, the second time's networks are kept.
    kept = rest.machines[len(rest.machines) - rest.blueprint.num_networks :]
    write_json(rest.models / f"fold-{rest.fold}" / machine.FILE,
               {"networks": list(kept), "baseline": machine.described()})
    return predictions


def with_one_thread() -> None:
    """Leave this process one thread to compute with, so that no sum is split up by how many there are."""
    threadpoolctl.threadpool_limits(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


class _Teller(keras.callbacks.Callback):
    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._tell((epoch, {name: float(value) for name, value in (logs or {}).items()}))


def _train(unit: Unit, entry: Entry | None, tell: Tell, processor: str) -> Trained:
    state = entry.state() if entry else None
    before: list[dict[str, Any]] = state.about["epochs"] if state else []
    for epoch, logs in enumerate(before):
        tell((epoch, logs))
    measured = unit.validation
    network, history = train_network(
        unit.train.opened(), measured.opened() if measured else None,
        unit.train.normalised_by, measured.normalised_by if measured else (),
        unit.blueprint, unit.settings, seed=unit.seed, callbacks=[_Teller(tell)], entry=entry)
    epochs: list[Any] = history.to_dict("records")
    return Trained(weights.to_bytes(network), epochs, processor, resumed=len(before), machine=machine.described())
