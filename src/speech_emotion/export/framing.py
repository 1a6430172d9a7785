"""Overlapping frames of signals, as parts of a graph; see `features.framing`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from speech_emotion.export.graph import in_blocks, parted
from speech_emotion.export.tensor import Tensor, concatenated


@dataclass(frozen=True)
class Block:
    """Some frames, one after another.

    Attributes
    ----------
    columns : Tensor [shape=(hop_length, gap + frames + gap), dtype=float32]
        Samples: a hop in each column, of which the `gap`-th begins with the centre of the first frame.
    hop_length, gap : int > 0
        In samples, and in columns.
    """

    columns: Tensor
    hop_length: int
    gap: int

    def framed(self, start: int, length: int) -> Tensor:
        """Cut frames out, with zeros beyond a signal's ends.

        Parameters
        ----------
        start : int <= 0
            Where a frame begins, in samples from its centre.
        length : int > 0
            How long it is.

        Returns
        -------
        Tensor [shape=(length, frames), dtype=float32]
        """
        hop, parts, at = self.hop_length, [], start
        while at < start + length:
            hops, within = divmod(at, hop)
            stop = min(hop, within + start + length - at)
            # Its last column has as many behind it as this part lies before the end of the second gap.
            behind = self.gap - hops
            part = self.columns.slice(1, self.gap + hops, -behind) if behind else self.columns.slice(1, self.gap + hops)
            parts.append(part if stop - within == hop else part.slice(0, within, stop))
            at += stop - within
        return concatenated(parts, 0)


@dataclass(frozen=True)
class Signals:
    """Signals of which features are computed together.

    Attributes
    ----------
    samples : sequence of Tensor [shape=(n,), dtype=float32]
        Prepared, each at least a sample long.
    sample_rate, hop_length : int > 0
        In Hz, and in samples.
    """

    samples: Sequence[Tensor]
    sample_rate: int
    hop_length: int

    def of_frames(self, reach: int, largest: int | None, body: Callable[[Block], Sequence[tuple[Tensor, int]]],
                  ) -> list[list[Tensor]]:
        """Compute something of every frame, whichever signal it is of.

        Parameters
        ----------
        reach : int >= 0
            How far frames go from their centres, in samples.
        largest : int or None
            Frames that are computed at a time, at most; None for all at once, without a loop.
        body : callable
            From some frames to tensors [frames, width] of them, each with its width.

        Returns
        -------
        list of list of Tensor
            Of each signal, what `body` computes, each [frames, width].
        """
        graph, hop = self.samples[0].graph, self.hop_length
        gap = reach // hop + 1
        # One signal after another, with so much silence between them that no frame sees two.
        firsts, total = [], graph.constant([0])
        for each in self.samples:
            firsts.append(total)
            total = total + (self.num_frames(each) + gap)
        total = total - gap
        rounds, size = parted(total, largest)
        spare = rounds * size - total  # for the last block
        padded = []
        for number, each in enumerate(self.samples):
            before, behind = 0 if number else gap * hop, (self.num_frames(each) + gap) * hop - each.size(0)
            padded.append(each.pad((before, behind if number < len(self.samples) - 1 else behind + spare * hop)))
        hops = concatenated(padded, 0).reshape(-1, hop)

        def of_block(begin: Tensor, size: Tensor) -> Sequence[tuple[Tensor, int]]:
            return body(Block(hops.slice(0, begin, begin + size + 2 * gap).laid_out(1, 0), hop, gap))

        made = in_blocks(graph, total, largest, of_block)
        return [[rows.slice(0, first, first + self.num_frames(each)) for rows in made]
                for each, first in zip(self.samples, firsts, strict=True)]

    def num_frames(self, samples: Tensor) -> Tensor:
        """Say how many frames a signal has."""
        return samples.size(0) // self.hop_length + 1
