"""A run over time, in few slots: rows accepted, how long they took, pauses."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import NamedTuple

from sendx_cli.core.totals.work_time import LONGEST_LULL_S


class Second(NamedTuple):
    """What happened in one second.

    Args:
        accepted: Rows accepted.
        decided: Rows decided.
        elapsed_ms: Milliseconds that these took, together.
        throttled: Times that the service asked for fewer requests.
        paused: Other times that rows had to wait to be sent again.
    """

    accepted: int = 0
    decided: int = 0
    elapsed_ms: float = 0.0
    throttled: int = 0
    paused: int = 0

    def and_(self, other: "Second") -> "Second":
        """Return the two seconds as one."""
        return Second(
            self.accepted + other.accepted,
            self.decided + other.decided,
            self.elapsed_ms + other.elapsed_ms,
            self.throttled + other.throttled,
            self.paused + other.paused,
        )

    @property
    def latency_ms(self) -> float | None:
        """How long a row took on average, waits between attempts included."""
        return self.elapsed_ms / self.decided if self.decided else None


class Timeline(NamedTuple):
    """A run over time.

    Args:
        slot_s: The width of a slot in seconds.
        slots: What happened in each; stops between a run's resumes are left out.
        breaks: The slots before which the run stood still for longer than an outage may last.
    """

    slot_s: int
    slots: tuple[Second, ...]
    breaks: tuple[int, ...] = ()


def timeline(seconds: Mapping[int, Second], most: int) -> Timeline:
    """Fold the seconds in which something happened (Unix time) into at most `most` slots."""
    worked: list[Second] = []
    breaks: list[int] = []
    last: int | None = None
    for second in sorted(seconds):
        lull_s = 0 if last is None else second - last - 1
        if lull_s > LONGEST_LULL_S:
            breaks.append(len(worked))
        else:
            worked += [Second()] * lull_s
        worked.append(seconds[second])
        last = second
    slot_s = max(1, ceil(len(worked) / most))
    slots = [_sum(worked[at : at + slot_s]) for at in range(0, len(worked), slot_s)]
    return Timeline(slot_s, tuple(slots), tuple(sorted({place // slot_s for place in breaks})))


def _sum(seconds: Sequence[Second]) -> Second:
    total = Second()
    for second in seconds:
        total = total.and_(second)
    return total
