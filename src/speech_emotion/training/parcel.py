"""Examples on their way to another process: where their features lie, or the features themselves."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xxhash

from speech_emotion.arrays import Float32
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.store import FeatureStore
from speech_emotion.training.data import Examples


@dataclass(frozen=True)
class Parcel:
    """Examples that can be pickled.

    Attributes
    ----------
    clips : pd.DataFrame
        As of `Examples`.
    targets : np.ndarray [shape=(examples, classes), dtype=float32]
        As of `Examples`.
    normalised_by : tuple of Normalisation
        One for each example.
    lying : Path or None
        The feature store, for processes of this machine, which then share the memory that it is mapped to.
    features : list of np.ndarray
        Where there is none: the features, for processes of other machines, which need not see the store.
    """

    clips: pd.DataFrame
    targets: Float32
    normalised_by: tuple[Normalisation, ...]
    lying: Path | None
    features: tuple[Float32, ...] = ()

    @classmethod
    def of(cls, examples: Examples, normalised_by: tuple[Normalisation, ...], store: FeatureStore) -> "Parcel":
        """Refer to examples that lie in a store."""
        return cls(examples.clips, examples.targets, normalised_by, store.path.absolute())

    def with_features(self) -> "Parcel":
        """Take the features along."""
        if self.lying is None:
            return self
        features = tuple(np.array(clip) for clip in self.opened().features)
        return Parcel(self.clips, self.targets, self.normalised_by, None, features)

    def opened(self) -> Examples:
        """Give the examples back."""
        if self.lying is None:
            return Examples(self.clips, list(self.features), self.targets)
        store = FeatureStore(self.lying)
        rows = zip(self.clips["clip_id"], self.clips["view"], strict=True)
        return Examples(self.clips, [store.frames(clip, view) for clip, view in rows], self.targets)


class Digests:
    """Of features, each computed once however many folds it is in."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def of(self, parcel: Parcel) -> str:
        """Hash of examples: of their table, their targets, every number of their features, and what normalises them.

        Returns
        -------
        str
            32 hexadecimal digits.
        """
        examples = parcel.opened()
        state = xxhash.xxh3_128(examples.clips.to_json(orient="split").encode())
        state.update(np.ascontiguousarray(examples.targets).tobytes())
        for normalisation in parcel.normalised_by:
            state.update(np.concatenate([normalisation.mean, normalisation.std]).tobytes())
        rows = zip(examples.clips["clip_id"], examples.clips["view"], examples.features, strict=True)
        for clip, view, features in rows:
            if (clip, view) not in self._known:
                digest = xxhash.xxh3_128(str(features.shape).encode())
                digest.update(np.ascontiguousarray(features).data.cast("B"))
                self._known[clip, view] = digest.hexdigest()
            state.update(self._known[clip, view].encode())
        return state.hexdigest()
