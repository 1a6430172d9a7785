from . import columns, places, sound, words, write

__all__ = ["columns", "places", "sound", "words", "write"]
