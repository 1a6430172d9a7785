"""Speech emotion recognition: corpora, features, models and evaluation that a reviewer can trust.

Each package offers what its users call (`__all__`), and loads it when it is first asked for. A function that is named
as its module is reached through it, as in `speech_emotion.acquisition.download.download`.

Examples
--------
>>> import speech_emotion as ser
>>> ser.corpora.CORPORA["emodb"].num_clips
535
>>> recipe = ser.params.load("params.yaml", ser.params.ExtractMfcc)
>>> ser.features.columns(recipe)[:2]
['mfcc_0', 'mfcc_1']
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
