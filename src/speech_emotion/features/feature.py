"""What a feature module provides: `FEATURE`, an object that says all there is to know about its feature."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from speech_emotion.arrays import Float32
from speech_emotion.features import arithmetic
from speech_emotion.features.analysis import Analysis, Reduction
from speech_emotion.params.base import Section

SettingsT = TypeVar("SettingsT", bound=Section)


def _frames_by_hop(_settings: Section, sample_rate: int, hop_length: int) -> float:
    return sample_rate / hop_length


def _no_problems(_settings: Section, _sample_rate: int, _hop_length: int) -> Iterable[tuple[str, str]]:
    return ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Feature(Generic[SettingsT]):
    """One feature. Its name is that of its module, which is found by that name in `extract_mfcc.features`."""

    settings: type[SettingsT]
    """The schema of its settings in params.yaml: all that it reads beside sample rate and hop length."""
    columns: Callable[[SettingsT], list[str]]
    """Names of its columns, such as "mfcc_0"; no two features share one."""
    compute: Callable[[Analysis, SettingsT], Float32]
    """From a clip to its matrix, float32 [frames, columns]; frame `t` is centred at ``t / frame_rate`` seconds."""
    reduction: Callable[[SettingsT, int], Reduction] | None = None
    """What it keeps of power spectra, from its settings and the sample rate in Hz; None if it needs no spectra.

    It is announced before `compute` is called, which finds the result in `Analysis.reduced`."""
    frame_rate: Callable[[SettingsT, int, int], float] = _frames_by_hop
    """Frames per second, from its settings, the sample rate in Hz and the hop length in samples."""
    problems: Callable[[SettingsT, int, int], Iterable[tuple[str, str]]] = _no_problems
    """What in its settings does not fit sample rate and hop length: each time the key, and what its value must be."""
    rounding: frozenset[str] = arithmetic.EVERY
    """Which functions, of those that round otherwise on other kinds of processor, show in its float32 numbers.

    Processors that agree in them share what was computed, see `arithmetic`."""
