"""Read the audio that was found, all cores at a time."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from itertools import repeat
from pathlib import Path

from tqdm import tqdm

from speech_emotion.corpora.base import Clip
from speech_emotion.ingest.find import Candidate, Found
from speech_emotion.ingest.identify import Index
from speech_emotion.ingest.probe import Probe, probe_each
from speech_emotion.parallel import pool
from speech_emotion.parallel.workers import VARIABLE, Purpose

WORTH_PROCESSES = 1000
"""Files from which on processes read. Starting two takes 0.7 s, which they gain on some 3,500 clips of a second and a
half at 16 kHz, and on 500 of four seconds at 48 kHz."""

CHUNK, CHUNK_BYTES = 32, 16 << 20
"""Files that a process is asked to read at a time, or so many bytes: little enough for progress to be seen, and for
Ctrl-C, which waits for what is under way, to be quick."""

AHEAD = 3
"""Chunks under way for each that is read at once."""

PURPOSE = Purpose(setting=VARIABLE, work="read audio", kept="nothing was written",
                  preload=("speech_emotion.ingest.probe",))
"""For messages, and for whoever starts processes."""

_File = tuple[str, bool]
"""Its path, and whether to look inside."""


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
        Files read at a time, each by a process of its own where there are many.

    Returns
    -------
    found : Found
        By names and bytes.
    probes : list of Probe
        One for each candidate, in the same order.

    Raises
    ------
    UserError
        If a process dies.

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
    read = sorted(_identified(root, asked, index, workers), key=lambda pair: pair[0].path)
    left_out = [candidate for candidate in found.left_out if candidate.path not in by_size]
    left_out += [candidate for candidate, _ in read if candidate.is_left_out]
    taken = [(candidate, probed) for candidate, probed in read if not candidate.is_left_out]
    return (replace(found, candidates=[candidate for candidate, _ in taken], left_out=left_out),
            [probed for _, probed in taken])


def _identified(root: Path, asked: list[Candidate], index: Index, workers: int) -> list[tuple[Candidate, Probe]]:
    # What is a clip by its name is decoded at once. Of all else only the bytes are read, until they are a clip's.
    read = list(map(_settled, asked, _probes(root, asked, workers), repeat(index)))
    unseen = [at for at, (candidate, probed) in enumerate(read)
              if isinstance(candidate.what, Clip) and not probed.content]
    if unseen:
        clips = [read[at][0] for at in unseen]
        for at, probed in zip(unseen, _probes(root, clips, workers), strict=True):
            read[at] = _settled(asked[at], probed, index)
    return read


def _settled(candidate: Candidate, probed: Probe, index: Index) -> tuple[Candidate, Probe]:
    candidate = index.identify(candidate, probed.sha256)
    if probed.sha256 and not isinstance(candidate.what, Clip):
        probed = probed._replace(content=None)  # by its name a clip, but not by its bytes
    return candidate, probed


def _probes(root: Path, candidates: Sequence[Candidate], workers: int) -> Iterator[Probe]:
    with tqdm(desc="reading audio", total=len(candidates), unit="file", disable=None) as bar:
        for probes in _chunks(root, candidates, workers):
            yield from probes
            bar.update(len(probes))


def _chunks(root: Path, candidates: Sequence[Candidate], workers: int) -> Iterator[list[Probe]]:
    files = [(str(root / candidate.path), isinstance(candidate.what, Clip)) for candidate in candidates]
    if workers == 1 or len(candidates) < WORTH_PROCESSES:
        for file in files:
            yield probe_each([file])
        return
    # Not threads: of a short clip so little happens outside the interpreter's lock that two take longer than one.
    with pool.processes(min(workers, -(-len(candidates) // CHUNK)), PURPOSE) as (executor, capacity):
        under_way: deque[Future[list[Probe]]] = deque()
        for chunk in _cut(files):
            under_way.append(executor.submit(probe_each, chunk))
            if len(under_way) > AHEAD * capacity:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _cut(files: Sequence[_File]) -> Iterator[list[_File]]:
    chunk: list[_File] = []
    size = 0
    for file in files:
        chunk.append(file)
        size += _size(file[0])
        if len(chunk) == CHUNK or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:  # as its probe will say
        return 0
