from . import audit, checks, probe, summary
from .audit import Accepted, Rejected
from .checks import fault, flags
from .find import Candidate, Found, Known, find_candidates
from .identify import Index
from .intake import Intake, by_settings, require_all, require_clips, take_in, write_rejected
from .listing import audio_files
from .probe import Content, Failure, Meter, Probe, measured
from .read import read_all
from .rules import FLAGS, RULES

__all__ = [
    "FLAGS", "RULES", "Accepted", "Candidate", "Content", "Failure", "Found", "Index", "Intake", "Known", "Meter",
    "Probe", "Rejected", "audio_files", "audit", "by_settings", "checks", "fault", "find_candidates", "flags",
    "measured", "probe", "read_all", "require_all",
    "require_clips", "summary", "take_in", "write_rejected",
]
