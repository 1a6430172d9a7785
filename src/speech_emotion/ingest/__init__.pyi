from . import audit, probe, summary
from .audit import FLAGS, RULES, Accepted, Rejected
from .find import Candidate, Found, audio_files, find_candidates
from .intake import Intake, require_all, require_clips, take_in, write_rejected
from .probe import Content, Failure, Probe

__all__ = [
    "FLAGS", "RULES", "Accepted", "Candidate", "Content", "Failure", "Found", "Intake", "Probe", "Rejected",
    "audio_files", "audit", "find_candidates", "probe", "require_all", "require_clips", "summary", "take_in",
    "write_rejected",
]
