"""Which examples an epoch shows, and in what order."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from speech_emotion.params.train_cnn import Pooling


@dataclass(frozen=True)
class Sampling:
    """What an epoch draws.

    Every example of the corpora that are tested comes once; so many of the corpora that only train are added that they
    make up their share of the epoch. Where a group of examples gives more than it has, all of it comes again, in
    another order; where it gives fewer, the next epoch draws anew.

    Attributes
    ----------
    groups : tuple of np.ndarray [shape=(examples,), dtype=int64]
        Indices of the examples that are drawn alike.
    quotas : tuple of int
        How many of each group an epoch shows.
    last_quotas : tuple of int
        The same for the last epochs, with as many examples in all.
    last_from : int or None
        The epoch, counted from 0, from which `last_quotas` hold; None for never.

    Examples
    --------
    >>> Sampling.plain(4).order([2, 0], epoch=0).tolist()
    [3, 2, 0, 1]
    """

    groups: tuple[np.ndarray, ...]
    quotas: tuple[int, ...]
    last_quotas: tuple[int, ...]
    last_from: int | None = None

    @classmethod
    def plain(cls, count: int) -> "Sampling":
        """Show each of `count` examples once an epoch."""
        return cls((np.arange(count),), (count,), (count,))

    @classmethod
    def of(cls, corpora: pd.Series, train_also: list[str], settings: Pooling, epochs: int) -> "Sampling":
        """Plan what the epochs of a training show.

        Parameters
        ----------
        corpora : pd.Series
            Corpus of each example.
        train_also : list of str
            Those that only train.
        settings : Pooling
        epochs : int > 0
            How many there are at most.

        Returns
        -------
        Sampling

        Examples
        --------
        An epoch of four clips of the tested corpus, and as many of another one, until the last two epochs:

        >>> settings = Pooling(other_share=0.5, balance_corpora=False, mask_labels=True, target_epochs=2)
        >>> corpora = pd.Series(["savee"] * 4 + ["tess"] * 100)
        >>> planned = Sampling.of(corpora, ["tess"], settings, epochs=10)
        >>> planned.quotas, planned.last_quotas, planned.last_from
        ((4, 4), (8, 0), 8)
        """
        names = corpora.reset_index(drop=True)
        also = names.isin(train_also)
        if not settings.balance_corpora and not also.any():
            return cls.plain(len(names))
        keys = names if settings.balance_corpora else also.map({False: "", True: "also"})
        groups = {str(name): rows.to_numpy() for name, rows in keys.index.to_series().groupby(keys)}
        others = {name for name, rows in groups.items() if also[rows[0]]}
        targets = int((~also).sum())
        total = round(targets / (1 - settings.other_share)) if others else targets
        quotas = (_shared(targets, [name not in others for name in groups], list(groups.values()))
                  + _shared(total - targets, [name in others for name in groups], list(groups.values())))
        last = _shared(total, [name not in others for name in groups], list(groups.values()))
        begins = max(epochs - settings.target_epochs, 0) if settings.target_epochs and others else None
        return cls(tuple(groups.values()), tuple(quotas.tolist()), tuple(last.tolist()), begins)

    def __len__(self) -> int:
        """Examples in an epoch."""
        return sum(self.quotas)

    def order(self, seed: list[int], epoch: int) -> np.ndarray:
        """Give the examples of an epoch in their order.

        Parameters
        ----------
        seed : list of int
            Of this epoch.
        epoch : int >= 0
            Its number.

        Returns
        -------
        np.ndarray [shape=(examples in an epoch,), dtype=int64]
        """
        random = np.random.default_rng(seed)
        if len(self.groups) == 1:
            return random.permutation(self.groups[0])
        late = self.last_from is not None and epoch >= self.last_from
        drawn = []
        for group, quota in zip(self.groups, self.last_quotas if late else self.quotas, strict=True):
            rounds = -(-quota // len(group))
            again = [random.permutation(group) for _ in range(rounds)]
            drawn += [np.concatenate(again)[:quota]] if rounds else []
        return random.permutation(np.concatenate(drawn))


def _shared(total: int, having: list[bool], groups: list[np.ndarray]) -> np.ndarray:
    """Deal `total` out to the groups that have a part in it: evenly, whatever their sizes."""
    there = np.flatnonzero(having)
    quotas = np.zeros(len(groups), dtype=np.int64)
    if len(there):
        quotas[there] = total // len(there)
        quotas[there[: total % len(there)]] += 1
    return quotas
