"""Read the audio that was found, all cores at a time."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import joblib
from tqdm import tqdm

from speech_emotion.corpora.base import Clip
from speech_emotion.ingest.find import Candidate, Found
from speech_emotion.ingest.identify import Index
from speech_emotion.ingest.probe import Probe, probe


def read_all(root: Path, found: Found, index: Index, workers: int) -> tuple[Found, list[Probe]]:
    """Read what was found, and say of it what its bytes say where they are published.

    Parameters
    ----------
    root : Path
        Folder of the audio.
    found : Found
        By names.
    index : Index
        Of published files. Files that were left out by their names are read too if their size is one of those.
    workers : int > 0
        Files read at a time.

    Returns
    -------
    found : Found
        By names and bytes.
    probes : list of Probe
        One for each candidate, in the same order.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.ingest.find import find_candidates
    >>> from speech_emotion.testing import make_corpus
    >>> with TemporaryDirectory() as folder:
    ...     _ = make_corpus(Path(folder), "emodb", speakers=["03"], labels=["anger", "fear"])
    ...     found = find_candidates(Path(folder))
    ...     found, probes = read_all(Path(folder), found, Index(Path(folder), found.selected), workers=2)
    >>> [(candidate.what.label, probe.num_bytes) for candidate, probe in zip(found.candidates, probes)]
    [('anger', 16044), ('fear', 16044)]
    """
    by_size = {candidate.path for candidate in found.left_out if index.may_hold(root / candidate.path)}
    asked = [*found.candidates, *(candidate for candidate in found.left_out if candidate.path in by_size)]
    read = sorted(((index.identify(candidate, probed.sha256), probed) for candidate, probed
                   in zip(asked, _probe_all(root, asked, index, workers), strict=True)), key=lambda pair: pair[0].path)
    left_out = [candidate for candidate in found.left_out if candidate.path not in by_size]
    left_out += [candidate for candidate, _ in read if candidate.is_left_out]
    taken = [(candidate, probed) for candidate, probed in read if not candidate.is_left_out]
    return (replace(found, candidates=[candidate for candidate, _ in taken], left_out=left_out),
            [probed for _, probed in taken])


def _probe_all(root: Path, candidates: Sequence[Candidate], index: Index, workers: int) -> list[Probe]:
    def is_clip(candidate: Candidate, sha256: str) -> bool:
        return isinstance(index.identify(candidate, sha256).what, Clip)

    # Threads: reading, hashing and decoding all happen outside the interpreter's lock.
    jobs = (joblib.delayed(probe)(root / candidate.path, decode=partial(is_clip, candidate))
            for candidate in candidates)
    done = joblib.Parallel(n_jobs=workers, prefer="threads", return_as="generator")(jobs)
    return list(tqdm(done, desc="reading audio", total=len(candidates), unit="file", disable=None))
