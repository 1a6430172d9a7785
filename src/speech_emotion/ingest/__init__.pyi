from . import audit, probe, summary
from .audit import FLAGS, RULES, Accepted, Rejected
from .find import Candidate, Found, Known, audio_files, find_candidates
from .identify import Index
from .intake import Intake, by_settings, require_all, require_clips, take_in, write_rejected
from .probe import Content, Failure, Probe
from .read import read_all

__all__ = [
    "FLAGS", "RULES", "Accepted", "Candidate", "Content", "Failure", "Found", "Index", "Intake", "Known", "Probe",
    "Rejected", "audio_files", "audit", "by_settings", "find_candidates", "probe", "read_all", "require_all",
    "require_clips", "summary", "take_in", "write_rejected",
]
