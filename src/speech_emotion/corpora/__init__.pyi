from .base import VOCABULARY, Archive, Clip, Corpus, Dataverse, Extra, FilesAt, Published, Speaker, Unfit
from .registry import CORPORA, get, of_folder

__all__ = [
    "CORPORA", "VOCABULARY", "Archive", "Clip", "Corpus", "Dataverse", "Extra", "FilesAt", "Published", "Speaker",
    "Unfit", "get", "of_folder",
]
