from . import audit, checks, probe, summary
from .audit import FLAGS, RULES, Accepted, Rejected
from .checks import fault, flags
from .find import Candidate, Found, audio_files, find_candidates
from .intake import Intake, require_all, require_clips, take_in, write_rejected
from .probe import Content, Failure, Meter, Probe, measured

__all__ = [
    "FLAGS", "RULES", "Accepted", "Candidate", "Content", "Failure", "Found", "Intake", "Meter", "Probe", "Rejected",
    "audio_files", "audit", "checks", "fault", "find_candidates", "flags", "measured", "probe", "require_all",
    "require_clips", "summary", "take_in", "write_rejected",
]
