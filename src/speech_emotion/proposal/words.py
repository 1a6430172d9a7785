"""What words and codes for emotions may mean: synonyms, other languages, initials. Good for a proposal and no more."""

import itertools
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from speech_emotion.corpora.base import VOCABULARY
from speech_emotion.corpora.own.spelling import known_as, plain

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "anger": "mad furious rage irritated", "calm": "relaxed", "fear": "afraid scared frightened anxious anxiety",
        "happiness": "joy joyful glad", "neutral": "normal", "sadness": "sorrow grief", "surprise": "astonished",
    },
    "de": {
        "anger": "wut wütend zorn zornig ärger ärgerlich", "boredom": "langeweile gelangweilt", "calm": "ruhe ruhig",
        "disgust": "ekel angeekelt", "fear": "angst ängstlich furcht", "sadness": "trauer traurig traurigkeit",
        "happiness": "freude freudig fröhlich froh glück glücklich", "neutral": "neutral",
        "surprise": "überraschung überrascht erstaunt",
    },
    "es": {
        "anger": "ira enojo enfado rabia", "boredom": "aburrimiento", "disgust": "asco", "fear": "miedo",
        "happiness": "alegría felicidad feliz alegre", "neutral": "neutro", "sadness": "tristeza triste",
        "surprise": "sorpresa",
    },
    "fr": {
        "anger": "colère", "boredom": "ennui", "calm": "calme", "disgust": "dégoût", "fear": "peur",
        "happiness": "joie joyeux heureux", "neutral": "neutre", "sadness": "tristesse triste", "surprise": "surprise",
    },
    "it": {
        "anger": "rabbia", "boredom": "noia", "calm": "calma", "disgust": "disgusto", "fear": "paura",
        "happiness": "gioia felicità", "neutral": "neutro neutrale neutralità", "sadness": "tristezza triste",
        "surprise": "sorpresa",
    },
    "nl": {
        "anger": "boos boosheid woede", "boredom": "verveling", "disgust": "walging", "fear": "bang angst",
        "happiness": "blij blijdschap", "neutral": "neutraal", "sadness": "verdriet verdrietig",
        "surprise": "verrassing verrast",
    },
    "pl": {
        "anger": "złość gniew", "boredom": "nuda", "calm": "spokój", "disgust": "wstręt obrzydzenie", "fear": "strach",
        "happiness": "radość szczęście", "neutral": "neutralny neutralność", "sadness": "smutek",
        "surprise": "zaskoczenie zdziwienie",
    },
    "pt": {
        "anger": "raiva", "boredom": "tédio", "disgust": "nojo", "fear": "medo", "happiness": "alegria felicidade",
        "neutral": "neutro", "sadness": "tristeza triste", "surprise": "surpresa",
    },
}
"""By language (a BCP-47 tag) and label of the common vocabulary."""


def meaning(labels: Iterable[str]) -> tuple[dict[str, str], str | None]:
    """Find what labels mean, all in one language.

    Parameters
    ----------
    labels : iterable of str
        A corpus's own.

    Returns
    -------
    meanings : dict of str to str
        From labels to those of the common vocabulary, as far as they are known words.
    language : str or None
        That of the words; None if they are the project's own.

    Examples
    --------
    >>> meaning(["Wut", "Freude", "neutral", "Stolz"])
    ({'Wut': 'anger', 'Freude': 'happiness', 'neutral': 'neutral'}, 'de')
    >>> meaning(["HAPPY", "sad"])
    ({'HAPPY': 'happiness', 'sad': 'sadness'}, None)
    """
    labels = list(labels)
    own = {label: known for label in labels if (known := known_as(label))}
    best: tuple[dict[str, str], str | None] = own, None
    for language, words in _BY_WORD.items():
        found = {label: known for label in labels if (known := own.get(label) or words.get(_letters(label)))}
        if len(found) > len(best[0]):
            best = found, language
    return best


def initials(codes: Sequence[str]) -> tuple[dict[str, str], str | None]:
    """Guess what short codes stand for: the first letters of the words of one language, each of another label.

    Parameters
    ----------
    codes : sequence of str
        A corpus's own labels.

    Returns
    -------
    meanings : dict of str to str
        Of all the codes, or empty if no language fits.
    language : str or None

    Examples
    --------
    >>> initials(["A", "E", "F", "L", "N", "T", "W"])[0]["A"]
    'fear'
    >>> initials(["x", "y", "z"])
    ({}, None)
    """
    if len(codes) < 3 or any(len(code) > 3 or not code.isalpha() for code in codes):
        return {}, None
    for language, words in _BY_WORD.items():
        chosen = _distinct([sorted({label for word, label in words.items() if word.startswith(_letters(code))})
                            for code in codes])
        if chosen:
            return dict(zip(codes, chosen, strict=True)), language
    return {}, None


def _distinct(options: Sequence[Sequence[str]]) -> list[str]:
    """One of each, no two alike; those with the fewest options first."""
    order = sorted(range(len(options)), key=lambda at: len(options[at]))
    chosen: dict[int, str] = {}

    def fill(rank: int) -> bool:
        if rank == len(order):
            return True
        for option in options[order[rank]]:
            if option not in chosen.values():
                chosen[order[rank]] = option
                if fill(rank + 1):
                    return True
                del chosen[order[rank]]
        return False

    return [chosen[at] for at in range(len(options))] if fill(0) else []


def _letters(text: str) -> str:
    """Lower case, without accents: "Wütend" and "wutend" are one."""
    split = unicodedata.normalize("NFKD", plain(text).replace("ł", "l"))
    return "".join(sign for sign in split if not unicodedata.combining(sign))


def _spellings(words: str) -> Iterable[str]:
    for word in words.split():
        yield _letters(word)
        yield word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")


_BY_WORD: Mapping[str, Mapping[str, str]] = {
    language: {
        **({_letters(label): label for label in VOCABULARY} if language == "en" else {}),
        **dict(itertools.chain.from_iterable(
            ((word, label) for word in _spellings(words)) for label, words in labels.items())),
    }
    for language, labels in WORDS.items()
}
