"""When a run was sent: a stop between its resumes, of a second or of days, is no part of it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import floor, inf
from typing import NamedTuple

_LONGEST_LULL_S = 60
"""Where nobody noted when a run was sent, so long may nothing be decided, as in an outage."""

Noted = tuple[float, float | None]
"""When a process began to send a run and when it ended, in Unix time; None: it was killed."""


class Span(NamedTuple):
    """A time in which a run was sent, without a stop, in Unix time."""

    began_at: float
    ended_at: float


def spans_of(noted: Sequence[Noted], seconds: Iterable[int]) -> list[Span]:
    """Return the times in which a run was sent, the earliest first.

    Args:
        noted: Those that were noted; of an end that was not, the last row decided tells.
        seconds: The seconds in which rows were decided, in Unix time. Those before the first time
            noted tell of the time before, which an earlier sendx did not note.
    """
    decided = sorted(seconds)
    first = floor(noted[0][0]) if noted else inf
    spans = _inferred([second for second in decided if second < first])
    for (began_at, ended_at), (next_at, _) in pairwise([*noted, (inf, None)]):
        last = _last_row(decided, began_at, next_at) if ended_at is None else ended_at
        spans.append(Span(began_at, max(last, began_at)))
    return spans


def _last_row(decided: Sequence[int], began_at: float, next_at: float) -> float:
    """Return when the last row was decided before the next process began."""
    # The second in which that began may be full of rows of its own.
    end = next_at if next_at == inf else floor(next_at)
    within = [second for second in decided if floor(began_at) <= second < end]
    return float(within[-1] + 1) if within else began_at


def _inferred(decided: Sequence[int]) -> list[Span]:
    spans: list[Span] = []
    for second in decided:
        if spans and second - spans[-1].ended_at <= _LONGEST_LULL_S:
            spans[-1] = spans[-1]._replace(ended_at=float(second + 1))
        else:
            spans.append(Span(float(second), float(second + 1)))
    return spans
