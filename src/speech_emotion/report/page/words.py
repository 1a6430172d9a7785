"""What a result means and does not mean, in plain words, for the report and the model card."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from speech_emotion.corpora import registry
from speech_emotion.evaluation.intervals import FAIR_SPEAKERS
from speech_emotion.evaluation.run import Evaluation

_PROTOCOLS = {
    "speaker_holdout": "some speakers are set apart and tested once",
    "speaker_kfold": "the speakers are tested in turn, in groups, each by a model that never heard them",
    "loso": "each speaker is tested by a model that never heard that speaker",
    "cross_corpus": "whole corpora are tested that were not trained on",
    "predefined": "the parts were read from a list",
    "random_kfold": "clips are dealt into the parts at random, whoever speaks",
}


class Limit(NamedTuple):
    """What a result does not mean."""

    title: str
    text: str
    serious: bool
    """Whether the result must not be told without it."""


def title_of(corpus: str) -> str:
    """Give a corpus's name for people.

    Examples
    --------
    >>> title_of("emodb"), title_of("calls")
    ('EMO-DB', 'calls')
    """
    known = registry.CORPORA.get(corpus)
    return known.title if known else corpus


def licence_of(corpus: str) -> str:
    """Give the licence of a corpus's audio.

    Examples
    --------
    >>> licence_of("emodb"), licence_of("calls")
    ('CC BY 4.0', "the user's own")
    """
    known = registry.CORPORA.get(corpus)
    return known.licence if known else "the user's own"


def citation_of(corpus: str) -> str:
    """Give how the authors of a corpus want to be cited; "" where nobody has said.

    Examples
    --------
    >>> citation_of("emodb").partition(",")[0], citation_of("calls")
    ('Burkhardt', '')
    """
    known = registry.CORPORA.get(corpus)
    return known.citation if known else ""


def protocol_in_words(name: str) -> str:
    """Say what a protocol does; "" for one that is not known.

    Examples
    --------
    >>> protocol_in_words("loso")
    'each speaker is tested by a model that never heard that speaker'
    """
    return _PROTOCOLS.get(name, "")


def meaning(evaluation: Evaluation) -> list[str]:
    """Say what was measured and how sure that is.

    Parameters
    ----------
    evaluation : Evaluation

    Returns
    -------
    list of str
        Sentences.
    """
    numbers = evaluation.numbers
    counts, interval, baseline = numbers["counts"], numbers["interval"], numbers["baseline"]
    said = [f"Averaged over the {counts['labels']} emotions that were tested, {numbers['uar']:.1%} of an emotion's "
            "clips were named correctly: that is the UAR, the unweighted average recall. Guessing gives "
            f"{numbers['chance_uar']:.1%}."]
    low, high = interval["uar"]["low"], interval["uar"]["high"]
    if low is None:
        said.append(f"How far this would move with other speakers cannot be told ({interval['note']}).")
    else:
        said.append(f"With other speakers of the same kind it would be expected between {low:.1%} and {high:.1%} "
                    f"({interval['confidence']:.0%} interval over speakers; {interval['note']}).")
    heard = ("none of whom the tested models had heard before" if numbers["speaker_independent"]
             else "who were heard in training too")
    said.append(f"{counts['test_clips']:,} clips of {counts['test_speakers']:,} speakers were tested, {heard}.")
    gain = baseline["uar_gain_interval"]
    luck = "" if gain["low"] is None else (
        f" (interval {gain['low']:+.3f} to {gain['high']:+.3f}"
        + (", which holds 0: it may be luck)" if gain["low"] <= 0 <= gain["high"] else ")"))
    said.append(f"Simple statistics of the same features, without a network, reach {baseline['uar']:.1%}. The model is "
                f"{abs(baseline['uar_gain']):.3f} {'better' if baseline['uar_gain'] >= 0 else 'worse'}{luck}.")
    said += [f"People who listened to {title_of(name)} were right in {human['accuracy']:.1%} of cases, among "
             f"{human['labels']} labels and over the whole corpus ({human['source']}); to be compared with the "
             f"accuracy, {_accuracy_in(name, numbers):.1%}." for name, human in numbers.get("human", {}).items()]
    return said


def limits(evaluation: Evaluation) -> list[Limit]:
    """Say what a result does not mean, the serious first.

    Parameters
    ----------
    evaluation : Evaluation

    Returns
    -------
    list of Limit
    """
    numbers = evaluation.numbers
    corpora = numbers["corpora"].split(", ")
    found = []
    if numbers["synthetic"]:
        found.append(Limit("Not about people.", "A speech synthesiser speaks these clips by rules. The score shows "
                           "that the pipeline works; it says nothing about human voices.", True))
    if not numbers["speaker_independent"]:
        found.append(Limit("Not about unknown speakers.", "Every tested speaker was trained on. With people whom the "
                           "model has not met the score would be lower.", True))
    if numbers["transductive"]:
        found.append(Limit("Not about a single clip of a stranger.", "Each tested speaker's clips were normalised "
                           "together, all of them, before one was judged (transductive). A speaker met for the first "
                           "time cannot be judged like that.", True))
    for used in numbers.get("encoders", {}).values():
        heard = (f"It has learnt emotions from clips of {used['heard']} already, which are tested here."
                 if used["heard"] else "It has learnt emotions from none of the tested corpora.")
        found.append(Limit(f"Not by this training alone: the model hears through {used['name']}.",
                           f"That encoder was trained beforehand ({used['trained_on']}). {heard}", bool(used["heard"])))
    if evaluation.warning:
        told = numbers["shortcuts"]
        ways = ", ".join(f"{name} ({told['uar'][name]:.1%})" for name in told["warning"].split(", "))
        found.append(Limit("Perhaps not about hearing emotion.", "Half or more of the gain over guessing can be had "
                           f"without hearing, by who knows only: {ways}.", True))
    speakers = numbers["counts"]["test_speakers"]
    if speakers < FAIR_SPEAKERS:
        found.append(Limit("Not settled.", f"{speakers} tested speaker{'s are' if speakers > 1 else ' is'} few: others "
                           "might give a quite different score.", True))
    if numbers["labels"]["untested"]:
        found.append(Limit("Not about every label.", f"No clip was tested of: {numbers['labels']['untested']}.", False))
    texts = numbers["shortcuts"].get("texts", {}).get("heard", {}).get("clips", 0)
    if texts:
        found.append(Limit("Not about new sentences alone.", f"The sentences of {texts:,} of the tested clips were "
                           "heard in training, said by others.", False))
    found.append(_domain(corpora))
    found.append(Limit("Not about what somebody feels.", "A label is what an actor was asked for or an annotator wrote "
                       "down. Nothing about a person should be decided by it.", False))
    return sorted(found, key=lambda limit: not limit.serious)


def _domain(corpora: list[str]) -> Limit:
    acted = all(name in registry.CORPORA and registry.CORPORA[name].by_name for name in corpora)
    names = ", ".join(map(title_of, corpora))
    kind = "acted on purpose, in a quiet room, sentence by sentence" if acted else "such as was recorded for it"
    return Limit("Not about other speech.", f"{names}: speech {kind}. Other languages, microphones, rooms and everyday "
                 "talk were not measured.", False)


def _accuracy_in(corpus: str, numbers: Mapping[str, Any]) -> float:
    of_corpus = numbers.get("by_corpus", {}).get(corpus, numbers)
    return float(of_corpus["accuracy"])
