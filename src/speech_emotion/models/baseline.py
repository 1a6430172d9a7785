"""The classifier without a network: what every network is measured against, and what is mixed with it.

Linear discriminant analysis of a window's statistics (`functionals`). Its covariance is shrunk (Ledoit & Wolf 2004,
doi 10.1016/S0047-259X(03)00096-4), so that it needs neither tuning nor many clips. It is far too sure of speakers whom
it has not heard, which a temperature (`speech_emotion.temperature`) makes up for.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import softmax
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from speech_emotion.arrays import Float32, mapped
from speech_emotion.core.errors import UserError
from speech_emotion.models.functionals import Kind, statistics
from speech_emotion.models.normalisation import Normalisation


def require_enough(num_windows: int, num_classes: int) -> None:
    """Refuse to fit on no more windows than there are classes.

    Raises
    ------
    UserError
        If there are too few.
    """
    if num_windows <= num_classes:
        raise UserError(f"{num_windows} training clips for {num_classes} labels are too few to learn from; train "
                        "on more clips, or on fewer labels (train_cnn.labels)")


def _measured(
    windows: Sequence[Float32], columns: Sequence[str], scales: Sequence[Normalisation | None] | None, kind: Kind
) -> np.ndarray:
    """Statistics [windows, statistics] of windows, normalised where there is something to normalise them by."""
    measured = (statistics(window, columns, kind) for window in windows)
    return np.stack([each if scale is None else scale(each)
                     for each, scale in zip(measured, scales or [None] * len(windows), strict=True)])


@dataclass(frozen=True)
class Baseline:
    """A linear classifier of `statistics`.

    Attributes
    ----------
    weights : np.ndarray [shape=(statistics, classes), dtype=float32]
    bias : np.ndarray [shape=(classes,), dtype=float64]
        A window's logits are its statistics times `weights`, plus `bias`.
    kind : {"functionals", "mean", "mean_std"}
        Which statistics; see `functionals.statistics`.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> loud, quiet = (random.normal(level, 1, (8, 30, 2)).astype(np.float32) for level in (2, -2))
    >>> learnt = Baseline.fit([*loud, *quiet], ["a", "b"], np.repeat([0, 1], 8), 2, balanced=True)
    >>> learnt.probabilities([loud[0], quiet[0]], ["a", "b"]).round(2)
    array([[1., 0.],
           [0., 1.]])
    """

    weights: Float32
    bias: np.ndarray
    kind: Kind = "functionals"

    @classmethod
    def fit(
        cls, windows: Sequence[Float32], columns: Sequence[str], classes: np.ndarray, num_classes: int, *,
        balanced: bool, scales: Sequence[Normalisation | None] | None = None, kind: Kind = "functionals",
        shrinkage: float | None = None, temperature: float = 1.0,
    ) -> "Baseline":
        """Learn from windows; equals scikit-learn's ``LinearDiscriminantAnalysis(solver="lsqr", shrinkage=...)``.

        That is with a temperature of 1, of statistics that ``StandardScaler`` has scaled.

        Parameters
        ----------
        windows : sequence of np.ndarray [shape=(frames, columns), dtype=float32]
            Features of the training part, not normalised.
        columns : sequence of str
            Their names.
        classes : np.ndarray [shape=(windows,), dtype=int]
            The class of each window, from 0; each must occur.
        num_classes : int > 1
            How many there are.
        balanced : bool
            Whether every class is as likely beforehand, however many windows it has.
        scales : sequence of Normalisation or None
            What the statistics of each window are normalised by, if they are.
        kind : {"functionals", "mean", "mean_std"}
            Which statistics.
        shrinkage : float in [0, 1] or None
            Of the covariance towards its diagonal; None for Ledoit and Wolf's.
        temperature : float > 0
            What its logits are divided by: above 1 it is less sure, of a window still of the same class.

        Returns
        -------
        Baseline

        Raises
        ------
        UserError
            If there are no more windows than classes.
        """
        require_enough(len(windows), num_classes)
        measured = _measured(windows, columns, scales, kind)
        scaler = StandardScaler()
        analysis = LinearDiscriminantAnalysis(
            solver="lsqr", shrinkage="auto" if shrinkage is None else shrinkage,
            priors=np.full(num_classes, 1 / num_classes) if balanced else None)
        # Other numbers of threads would round otherwise.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Only one sample available", UserWarning)  # of a label: it has no spread
            analysis.fit(scaler.fit_transform(measured), classes)
        weights, bias = analysis.coef_.T, analysis.intercept_
        if num_classes == 2:  # scikit-learn keeps the second one's alone
            weights, bias = np.hstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias])
        # BLAS has kernels for each kind of processor, which differ from the fourteenth digit on. So it is rounded here,
        # and nothing is multiplied by BLAS from here on.
        weights = (weights / (scaler.scale_[:, np.newaxis] * temperature)).astype(np.float32)
        bias = bias / temperature - np.einsum("s,sc->c", scaler.mean_, weights, dtype=np.float64)
        return cls(weights, bias.round(6), kind)

    def logits(
        self, windows: Sequence[Float32], columns: Sequence[str], scales: Sequence[Normalisation | None] | None = None
    ) -> np.ndarray:
        """Judge windows.

        Parameters
        ----------
        windows : sequence of np.ndarray [shape=(frames, columns), dtype=float32]
            Features, not normalised.
        columns : sequence of str
            Their names, as in training.
        scales : sequence of Normalisation or None
            As in `fit`.

        Returns
        -------
        np.ndarray [shape=(windows, classes), dtype=float64]
        """
        measured = _measured(windows, columns, scales, self.kind)
        logits: np.ndarray = np.einsum("ws,sc->wc", measured, self.weights, dtype=np.float64) + self.bias
        return logits

    def probabilities(self, windows: Sequence[Float32], columns: Sequence[str]) -> np.ndarray:
        """Softmax of `logits`."""
        probabilities: np.ndarray = softmax(self.logits(windows, columns), axis=1)
        return probabilities

    def save(self, path: Path) -> None:
        """Write it as one NumPy array, the bias below the weights; the same numbers give the same bytes."""
        np.save(path, np.vstack([self.weights, self.bias]))

    @classmethod
    def load(
        cls, path: Path, columns: Sequence[str], num_classes: int, kind: Kind = "functionals"
    ) -> "Baseline":
        """Read what `save` wrote, for these statistics of features of these columns, and so many classes.

        Raises
        ------
        OSError, ValueError
            If it is not there, is damaged, or is of other columns or classes.
        """
        both = mapped(path)  # looked at before it is read
        expected = (len(statistics(np.zeros((1, len(columns)), np.float32), columns, kind)) + 1, num_classes)
        if both.shape != expected:
            raise ValueError(f"its baseline has the shape {both.shape}, not {expected}")
        if both.dtype.kind != "f" or not np.isfinite(both).all():
            raise ValueError("its baseline has values that are no finite numbers")
        return cls(np.array(both[:-1], np.float32), np.array(both[-1], np.float64), kind)
