"""Two commands measured in turn, so that what else the machine does falls on both."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from tests.benchmarks.commands import Command
from tests.benchmarks.processes import run

PAIRS = 25


@dataclass(frozen=True, slots=True)
class Compared:
    """Medians: milliseconds of ours and of theirs, and of the ratios pair by pair."""

    ours_ms: float
    theirs_ms: float
    ratio: float


def compare(
    ours: Command, theirs: Command, environ: Mapping[str, str], pairs: int = PAIRS
) -> Compared:
    """Run both in turn; the first pair only warms up."""
    times = [(took_ms(ours, environ), took_ms(theirs, environ)) for _ in range(pairs + 1)][1:]
    mine, others = zip(*times, strict=True)
    ratio = statistics.median(a / b for a, b in times)
    return Compared(statistics.median(mine), statistics.median(others), ratio)


def median_ms(command: Command, environ: Mapping[str, str], pairs: int = PAIRS) -> float:
    """Run a command that has nothing to be compared with."""
    return statistics.median([took_ms(command, environ) for _ in range(pairs + 1)][1:])


def took_ms(command: Command, environ: Mapping[str, str]) -> float:
    spent = run(command.words, {**environ, **command.environ}, given=command.given)
    return spent.seconds * 1000
