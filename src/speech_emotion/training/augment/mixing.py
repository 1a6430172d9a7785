"""Two clips in one window."""

from dataclasses import dataclass

import numpy as np

from speech_emotion.training.augment.batch import Batch


@dataclass(frozen=True)
class Mixup:
    """Every window mixed with another one of its batch, and with it its target and its weight.

    Mixup (Zhang et al. 2018, arXiv:1710.09412): a share of each window, drawn anew for each from Beta(alpha, alpha), is
    its own, and the rest is its partner's. With a small alpha most windows stay nearly what they are. A mixed window
    competes with the labels of both.

    Attributes
    ----------
    alpha : float > 0
        Of the beta distribution; 1 draws every share alike.
    within_label : bool
        Whether partners have the same label, so that no target is mixed.

    Examples
    --------
    >>> batch = Batch(np.float32([0, 8]).reshape(2, 1, 1), np.eye(2, dtype=np.float32), np.float32([1, 3]))
    >>> mixed = Mixup(alpha=1.0, within_label=False)(batch, np.random.default_rng(6))
    >>> print(mixed.windows.ravel().round(1), mixed.targets.round(2).tolist()[0], mixed.weights.round(1))
    [1.2 0.5] [0.85..., 0.15...] [1.3 1.1]
    """

    alpha: float
    within_label: bool

    def __call__(self, batch: Batch, random: np.random.Generator) -> Batch:
        """Mix each window with its partner, which may be itself."""
        count = len(batch.windows)
        partners = _among(batch.targets.argmax(axis=1) if self.within_label else np.zeros(count, np.intp), random)
        shares = random.beta(self.alpha, self.alpha, size=count).astype(np.float32)
        in_play = None if batch.in_play is None else batch.in_play | batch.in_play[partners]
        windows, targets, weights = (_mixed(values, values[partners], shares) for values in batch[:3])
        return Batch(windows, targets, weights, in_play)


def _mixed(own: np.ndarray, others: np.ndarray, shares: np.ndarray) -> np.ndarray:
    share = shares.reshape(-1, *[1] * (own.ndim - 1))
    mixed: np.ndarray = share * own + (1 - share) * others
    return mixed


def _among(groups: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Give each member of a group one of the same group; each is given once."""
    one, other = (np.lexsort((random.random(len(groups)), groups)) for _ in range(2))
    partners = np.empty_like(one)
    partners[one] = other
    return partners
