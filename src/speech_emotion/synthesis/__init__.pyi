from .acting import CUES, PROFILES, Actor, Cue, draw_actor, perform
from .espeak import synthesise
from .markup import ssml
from .recording import record
from .render import clip_name, render_clip, render_corpus
from .speakers import SENTENCES, SPEAKERS, Speaker

__all__ = [
    "CUES", "PROFILES", "SENTENCES", "SPEAKERS", "Actor", "Cue", "Speaker", "clip_name", "draw_actor", "perform",
    "record", "render_clip", "render_corpus", "ssml", "synthesise",
]
