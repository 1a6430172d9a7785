"""What the clips of a fold are normalised by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.models.scales import Scale, by_corpus, of_clip, of_speaker
from speech_emotion.store import FeatureStore
from speech_emotion.training.data import Examples


@dataclass(frozen=True)
class Normalising:
    """Chooses what each example of a fold is normalised by; see `models.scales`.

    Attributes
    ----------
    blueprint : Blueprint
        Which kind of normalisation.
    everything : Normalisation
        Of the training part.
    corpora : mapping from str to Normalisation
        Of each corpus's part of it, if that is the kind.
    clips : pd.DataFrame
        The fold's clips, of all parts: clip_id and speaker. Labels are not looked at.
    store : FeatureStore
        Their features.
    """

    blueprint: Blueprint
    everything: Normalisation
    corpora: Mapping[str, Normalisation]
    clips: pd.DataFrame
    store: FeatureStore
    _speakers: dict[tuple[str, str], Scale] = field(default_factory=dict)

    @classmethod
    def fit(cls, train: Examples, clips: pd.DataFrame, store: FeatureStore, blueprint: Blueprint) -> "Normalising":
        """Measure the training part; each speaker is measured when it is asked for."""
        everything = Normalisation.fit(blueprint.seen(clip) for clip in train.features)
        corpora = (by_corpus(zip(train.clips["corpus"], train.features, strict=True), blueprint)
                   if blueprint.normalisation == "corpus" else {})
        return cls(blueprint, everything, corpora, clips, store)

    def scales(self, examples: Examples) -> list[Scale]:
        """Choose one for each example."""
        about = zip(examples.features, *(examples.clips[name] for name in ("corpus", "speaker", "view")), strict=True)
        if self.blueprint.normalisation == "speaker":
            return [self._of_speaker(speaker, view) for _, _, speaker, view in about]
        return [of_clip(clip, self.blueprint, self.everything, self.corpora, corpus) for clip, corpus, *_ in about]

    def _of_speaker(self, speaker: str, view: str) -> Scale:
        if (speaker, view) not in self._speakers:
            own = self.clips.loc[self.clips["speaker"] == speaker, "clip_id"]
            index = self.store.index
            there = own[own.isin(index.loc[index["view"] == view, "clip_id"])]
            self._speakers[speaker, view] = of_speaker([self.store.frames(clip, view) for clip in there],
                                                       self.blueprint)
        return self._speakers[speaker, view]


def about_normalisation(members: Mapping[int, pd.DataFrame], blueprint: Blueprint) -> list[str]:
    """Say what a reader must know of how clips are normalised.

    Parameters
    ----------
    members : mapping from int to pd.DataFrame
        Of each fold: rows part and corpus.
    blueprint : Blueprint
        Which kind of normalisation.

    Returns
    -------
    list of str
        Lines.
    """
    if blueprint.transductive:
        return ["  TRANSDUCTIVE: each speaker is normalised by all clips of the speaker, the tested speakers too, "
                "without their labels"]
    if blueprint.normalisation != "corpus":
        return []
    unknown = set()
    for rows in members.values():
        trained = rows["part"] == "train"
        unknown |= set(rows.loc[~trained, "corpus"]) - set(rows.loc[trained, "corpus"])
    return [f"  {', '.join(sorted(unknown))}: not trained on in some fold, and there normalised by the statistics of "
            "all corpora that are"] if unknown else []
