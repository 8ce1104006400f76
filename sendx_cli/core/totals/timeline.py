"""A run over time, in few slots: rows accepted, how long they took, pauses."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import ceil, floor
from typing import NamedTuple

from sendx_cli.core.totals.work_time import Span

SLOTS = 60
"""The most slots that a run is shown in, everywhere: a picture of so many still fits a line."""
_SHORTEST = 0.5
"""The part of a slot's width that the first and the last need to stand alone."""


class Slot(NamedTuple):
    """What happened in a part of a run.

    Args:
        accepted: Rows accepted.
        decided: Rows decided.
        elapsed_ms: Milliseconds that these took, together.
        throttled: Times that the service asked for fewer requests.
        paused: Other times that rows had to wait to be sent again.
        width_s: How long it took.
    """

    accepted: int = 0
    decided: int = 0
    elapsed_ms: float = 0.0
    throttled: int = 0
    paused: int = 0
    width_s: float = 0.0

    def and_(self, other: "Slot") -> "Slot":
        """Return the two as one."""
        return Slot(
            self.accepted + other.accepted,
            self.decided + other.decided,
            self.elapsed_ms + other.elapsed_ms,
            self.throttled + other.throttled,
            self.paused + other.paused,
            self.width_s + other.width_s,
        )

    @property
    def latency_ms(self) -> float | None:
        """How long a row took on average, waits between attempts included."""
        return self.elapsed_ms / self.decided if self.decided else None

    @property
    def accepted_per_s(self) -> float:
        """Rows accepted a second."""
        return self.accepted / self.width_s if self.width_s else 0.0


class Timeline(NamedTuple):
    """A run over time, stops between its resumes left out. All of its rates are made of it.

    Args:
        slot_s: The width of a slot in seconds; the first and the last may be of another one.
        slots: What happened in each.
        breaks: The slots before which, or within which, the run had stopped and was resumed.
    """

    slot_s: int = 1
    slots: tuple[Slot, ...] = ()
    breaks: tuple[int, ...] = ()

    @property
    def elapsed_s(self) -> float:
        """How long the run was sent."""
        return sum(slot.width_s for slot in self.slots)

    @property
    def rates(self) -> tuple[float, ...]:
        """Rows accepted a second, in each slot."""
        return tuple(slot.accepted_per_s for slot in self.slots)

    @property
    def average_per_s(self) -> float:
        """Rows accepted a second, in all."""
        elapsed_s = self.elapsed_s
        return sum(slot.accepted for slot in self.slots) / elapsed_s if elapsed_s else 0.0

    @property
    def highest_per_s(self) -> float:
        """Rows accepted a second, in the slot with most of them."""
        return max(self.rates, default=0.0)


def timeline(seconds: Mapping[int, Slot], spans: Sequence[Span], most: int = SLOTS) -> Timeline:
    """Return a run over time.

    Args:
        seconds: What happened in each second in which anything did (Unix time).
        spans: When it was sent.
        most: How many slots there may be.
    """
    lasting = [one for one in spans if one.ended_at > one.began_at]
    sent = [_Pieces.of(span) for span in lasting or spans]
    if not sent:
        return Timeline()
    began = [floor(pieces.began_at) for pieces in sent]
    places = [0, *accumulate(pieces.seconds for pieces in sent)]
    breaks, total = places[1:-1], places[-1]
    slot_s = max(1, ceil(total / most))
    folded = [Slot()] * ceil(total / slot_s)
    for start, pieces in zip(places, sent, strict=False):
        for at in range(start // slot_s, (start + pieces.seconds - 1) // slot_s + 1):
            width_s = pieces.width_s(at * slot_s - start, (at + 1) * slot_s - start)
            folded[at] = folded[at].and_(Slot(width_s=width_s))
    for second, happened in seconds.items():
        # What a clock that was set meanwhile puts elsewhere counts as well.
        at = max(bisect_right(began, second) - 1, 0)
        place = places[at] + min(max(second - sent[at].first, 0), sent[at].seconds - 1)
        folded[place // slot_s] = folded[place // slot_s].and_(happened)
    if len(folded) > 1 and folded[-1].width_s < slot_s * _SHORTEST:
        last = folded.pop()
        folded[-1] = folded[-1].and_(last)
    broken = {min(place // slot_s, len(folded) - 1) for place in breaks}
    return Timeline(slot_s, tuple(folded), tuple(sorted(broken - {0})))


class _Pieces(NamedTuple):
    """The seconds of a span, short ends with their neighbours.

    Args:
        first: The first, in Unix time.
        seconds: How many.
        began_at: When the span began.
        ended_at: When it ended.
    """

    first: int
    seconds: int
    began_at: float
    ended_at: float

    @classmethod
    def of(cls, span: Span) -> "_Pieces":
        began_at, ended_at = span
        first, last = floor(began_at), max(ceil(ended_at) - 1, floor(began_at))
        if first < last and first + 1 - began_at < _SHORTEST:
            first += 1
        if first < last and ended_at - last < _SHORTEST:
            last -= 1
        return cls(first, last - first + 1, began_at, ended_at)

    def width_s(self, start: int, end: int) -> float:
        """Return how much of the span is in some of its seconds, counted from the first."""
        began_at = self.began_at if start <= 0 else self.first + start
        ended_at = self.ended_at if end >= self.seconds else self.first + end
        return ended_at - began_at
