"""What a trained model comes from: whom it heard, and how well it did on its validation part."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CorpusUse:
    """What was trained on of one corpus, in any fold.

    Attributes
    ----------
    name : str
        As in the manifest.
    synthetic : bool
        Whether it holds no human speech.
    languages : tuple of str
        BCP-47 tags, sorted; none where the corpus does not say.
    speakers, clips : int > 0
        How many.
    """

    name: str
    synthetic: bool
    languages: tuple[str, ...]
    speakers: int
    clips: int


@dataclass(frozen=True)
class ValidationScore:
    """How the model of one fold did on its validation part.

    Of the model that learnt from the training part alone: with the setting `train_cnn.refit` not the one that was kept.
    With `train_cnn.keep: best` that part chose the epoch, so this is better than on people whom the model has not met.
    It is what training can know: how a model does on its test part is for evaluation to say (metrics/evaluate.json).

    Attributes
    ----------
    fold : int
        Number of the fold.
    uar : float
        Unweighted average recall.
    clips, speakers : int > 0
        How many.
    unheard : bool
        Whether none of these speakers was trained on.
    """

    fold: int
    uar: float
    clips: int
    speakers: int
    unheard: bool


@dataclass(frozen=True)
class Provenance:
    """What the models of all folds come from.

    Attributes
    ----------
    corpora : tuple of CorpusUse
        Sorted by name.
    min_duration : float
        Shortest clip that was taken in (the setting `ingest.min_duration`), in s: the models know no shorter ones.
    validation : tuple of ValidationScore
        One for each fold; none before training.

    Examples
    --------
    >>> embedded = CorpusUse("synthetic", synthetic=True, languages=("en",), speakers=9, clips=270)
    >>> emodb = CorpusUse("emodb", synthetic=False, languages=("de",), speakers=6, clips=327)
    >>> Provenance((embedded,), 0.3).synthetic, Provenance((emodb, embedded), 0.3).synthetic
    (True, False)
    """

    corpora: tuple[CorpusUse, ...]
    min_duration: float
    validation: tuple[ValidationScore, ...] = ()

    @property
    def synthetic(self) -> bool:
        """Whether it is known that no corpus holds human speech."""
        return bool(self.corpora) and all(corpus.synthetic for corpus in self.corpora)
