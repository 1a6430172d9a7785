"""The rules by which files and clips are rejected or flagged, and what to do about each."""

from speech_emotion.ingest import checks

RULES = {
    "unknown-name": "rename it as its corpus does, or select the corpus it is of (folder and table take any name)",
    "unknown-label": "correct the name if it is a slip; else remove the file",
    "off-pattern": "move or rename it, or correct its corpus's description: the pattern (**/ stands for any folders), "
                   "or the list of folders to ignore",
    "not-utf-8": "rename it or its folder in UTF-8: neither DVC nor other systems read such names",
    "speaker-at-odds": "find out who speaks, then correct the name or move the file to that speaker's folder",
    "missing": "put the file where the table says, or remove its row",
    "unreadable": "make it a file that you may read; ls -lL shows its kind, owner and mode",
    "lfs-pointer": "get the audio itself: git lfs pull in the clone, or ser download",
    "no-decoder": "install what the reason says, or convert it to WAV or FLAC",
    "implausible": "correct its header if that is wrong; cut what is too long into shorter files",
    "undecodable": "get a whole copy, or convert it to WAV or FLAC",
    "empty": "get a whole copy, or remove it",
    "non-finite": "it holds NaN or infinite samples; get or make a sound copy",
    "absurd-peak": "full scale is 1: write it anew, scaled, if its samples are integers in floating point; else get a "
                   "sound copy",
    "too-short": "remove it, or lower ingest.min_duration",
    "silent": "remove it; there is no speech in it",
    "label-conflict": "find out which of the labels is right and remove the other file(s); none is taken until then, "
                      "and none at all of what is published under both",
    "speaker-conflict": "find out who speaks and remove the other file(s); none is taken until then",
    "duplicate": "nothing needs to be done; remove it if you like, one copy is taken",
    "other-version": "nothing needs to be done; the clip is taken from another file, the published or lossless one if "
                     "there is one",
}
"""Why a file is not taken, and what to do; the order is that of the checks, and the first that applies counts."""

FLAGS = {
    "clipped": "samples at full scale in a row",
    "quiet": f"RMS below {checks.QUIET:g} dBFS",
    "sample-rate": "another sample rate than the corpus's",
    "channels": "another number of channels than the corpus's",
}
"""What is noted in the manifest about a clip that is taken."""
