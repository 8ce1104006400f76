import random
from itertools import pairwise

import pytest

from sendx_cli.core.pacing.limit_search import LimitSearch
from sendx_cli.core.pacing.rate_record import packed
from sendx_cli.core.pacing.shared_rate import SharedPacer
from sendx_cli.core.replies.rate_headers import RateHints
from tests.simulation.shelf import Shelf

DAY_S = 86_400.0


def pacer_on(shelf: Shelf, now: float, *, unix_s: float | None = None) -> SharedPacer:
    """Return a pacer whose calendar stands still at `unix_s`, by default that of the clock."""
    return SharedPacer(
        shelf.update,
        lambda: DAY_S + (now if unix_s is None else unix_s),
        look=shelf.look,
        concurrency=8,
        now=now,
    )


def throttle(pacer: SharedPacer, now: float, headers: RateHints | None = None) -> None:
    """Have one call refused at this moment."""
    pacer.answered(now, started_at=now - 0.05, throttled=True, latency_s=0.05, headers=headers)


def met(shelf: Shelf) -> float:
    """Have a process meet a 429 at 0.1 s; return the limit that it then knows."""
    pacer = pacer_on(shelf, 0.1)
    pacer.started(0.05)
    throttle(pacer, 0.1)
    assert pacer.limit_per_s is not None
    return pacer.limit_per_s


def burst(pacer: SharedPacer, now: float) -> int:
    """Start calls as long as they may go at once; return how many."""
    for started in range(100):
        if pacer.wait_s(now, started) != 0.0:
            return started
        pacer.started(now)
    return 100


def test_before_any_429_nothing_is_written_and_nobody_waits() -> None:
    """Two processes begin with eight calls each, and what is accepted leaves no record."""
    shelf = Shelf()
    first, second = pacer_on(shelf, 0.0), pacer_on(shelf, 0.0)
    calls = burst(first, 0.0), burst(second, 0.0)
    first.answered(0.05, started_at=0.0, throttled=False, latency_s=0.05)
    assert (calls, shelf.writes, shelf.record) == ((8, 8), 0, b"")


def test_a_429_tells_the_next_process_the_limit() -> None:
    """One that begins after it takes its turn from the first call on."""
    shelf = Shelf()
    limit = met(shelf)
    following = pacer_on(shelf, 0.2)
    assert (burst(following, 0.2), following.limit_per_s) == (1, limit)


def test_a_429_reaches_a_process_that_is_under_way() -> None:
    """One that has begun before looks again within a quarter of a second."""
    shelf = Shelf()
    other = pacer_on(shelf, 0.0)
    burst(other, 0.0)
    limit = met(shelf)
    other.wait_s(0.2, 8)
    before = other.limit_per_s
    other.wait_s(0.3, 8)
    assert (before, other.limit_per_s) == (None, limit)


def test_no_moment_is_taken_twice() -> None:
    """Where one has gone the others wait: they go one after another, evenly."""
    shelf = Shelf()
    limit = met(shelf)
    waiting = [pacer_on(shelf, 0.11) for _ in range(3)]
    now, gone = 0.11, []
    while waiting:
        waits = [pacer.wait_s(now, 0) or 0.0 for pacer in waiting]
        for pacer, wait_s in zip(tuple(waiting), waits, strict=True):
            if not wait_s:
                pacer.started(now)
                waiting.remove(pacer)
                gone.append(now)
        now += min((wait_s for wait_s in waits if wait_s), default=0.0)
    spacing_s = 1 / (0.99 * limit)
    steps = [round(later - earlier, 9) for earlier, later in pairwise(gone)]
    assert steps == [round(spacing_s, 9)] * 2


def test_a_429_puts_off_who_waits() -> None:
    """A pause that one process earns is everybody's."""
    shelf = Shelf()
    met(shelf)
    waiting = pacer_on(shelf, 0.1)
    pacer = pacer_on(shelf, 0.1)
    pacer.wait_s(0.1, 0)
    told = RateHints(retry_after_s=5.0)
    throttle(pacer, 0.2, told)
    throttle(pacer, 0.3, told)
    assert round(waiting.wait_s(0.3, 0) or 0.0, 9) == 5.0


def test_a_pause_of_an_hour_is_not_everybodys() -> None:
    """Others are held for a minute at the most; who was told so waits the hour."""
    shelf = Shelf()
    met(shelf)
    pacer, other = pacer_on(shelf, 0.1), pacer_on(shelf, 0.1)
    pacer.wait_s(0.1, 0)
    told = RateHints(retry_after_s=3600.0)
    throttle(pacer, 0.2, told)
    throttle(pacer, 0.3, told)
    assert (pacer.wait_s(0.3, 0), other.wait_s(0.3, 0)) == (3600.0, 60.0)


def test_a_limit_ages_from_law_to_start_to_nothing() -> None:
    """After a minute it is probed beyond at once, after an hour it is forgotten."""
    shelf = Shelf()
    limit = met(shelf)
    law, start, nothing = (pacer_on(shelf, now) for now in (50.0, 600.0, 5000.0))
    calls = burst(law, 50.0), burst(start, 600.0), burst(nothing, 5000.0)
    assert calls == (1, 1, 8)
    assert (law.limit_per_s, start.limit_per_s, nothing.limit_per_s) == (limit, limit, None)


def test_after_a_restart_of_the_machine_only_the_limit_is_believed() -> None:
    """A steady clock that began anew, or another machine's: its moments would mean nothing."""
    shelf = Shelf()
    limit = met(shelf)
    pacer = pacer_on(shelf, 0.001, unix_s=30.0)
    assert (pacer.wait_s(0.001, 0), pacer.limit_per_s) == (0.0, limit)


def test_after_an_outage_it_starts_gently_and_then_asks_the_others() -> None:
    """A restart forgets what is known for a moment: the first calls, then what is written."""
    shelf = Shelf()
    limit = met(shelf)
    pacer = pacer_on(shelf, 0.1)
    pacer.wait_s(0.1, 0)
    pacer.restart(0.2)
    pacer.wait_s(0.44, 0)
    forgotten = pacer.limit_per_s
    pacer.wait_s(0.5, 0)
    assert (forgotten, pacer.limit_per_s) == (None, limit)


def test_without_a_record_it_paces_by_what_it_knows() -> None:
    """Where nothing can be kept each process finds the limit for itself, and says nothing."""
    shelf = Shelf()
    shelf.is_held = True
    pacer = pacer_on(shelf, 0.0)
    burst(pacer, 0.0)
    throttle(pacer, 0.1)
    first, second = pacer.wait_s(0.2, 0), None
    pacer.started(0.2)
    second = pacer.wait_s(0.2, 0)
    assert (first, second is not None and second < 1.0) == (0.0, True)
    assert pacer.limit_per_s is not None


class Crowd:
    """Processes side by side, each starting every call that it may, and their one clock."""

    def __init__(self, shelf: Shelf, processes: int) -> None:
        self._now, self._draw = 1.0, random.Random(1)
        self._pacers = [
            SharedPacer(
                shelf.update,
                lambda: DAY_S + self._now,
                look=shelf.look,
                concurrency=8,
                now=self._now,
            )
            for _ in range(processes)
        ]

    def calls_in(self, seconds: float) -> int:
        """Let the time go by; return how many calls were started meanwhile."""
        calls, end = 0, self._now + seconds
        while self._now < end:
            self._draw.shuffle(self._pacers)
            for pacer in self._pacers:
                if pacer.wait_s(self._now, 0) == 0.0:
                    pacer.started(self._now)
                    calls += 1
            self._now += 0.0005
        return calls


def settled(shelf: Shelf) -> float:
    """Have a limit of 200/s known, to be kept to without any probing; return the rate."""
    search = LimitSearch.from_limit(1.0, 200.0)
    search.idled(3600.0)
    shelf.record = packed(1.0, 1.0, DAY_S + 1.0, search.state())
    return search.rate_at(1.0)


def test_who_cannot_have_the_record_keeps_to_its_share() -> None:
    """Four share 200/s; while the record's holder is stopped they are not faster together."""
    shelf = Shelf()
    rate = settled(shelf)
    crowd = Crowd(shelf, 4)
    before = crowd.calls_in(2.0)
    shelf.is_held = True
    without = crowd.calls_in(2.0)
    assert abs(before - 2 * rate) <= 6
    assert 0.7 * before <= without <= 1.1 * before


def test_who_never_had_the_record_takes_a_small_share() -> None:
    """Eight that begin while it cannot be had know the limit from it, and keep below it."""
    shelf = Shelf()
    rate = settled(shelf)
    shelf.is_held = True
    assert Crowd(shelf, 8).calls_in(2.0) <= 2 * rate + 8


def test_a_pause_holds_where_the_record_can_only_be_looked_at() -> None:
    """What one process was told by a 429 puts off those that cannot take turns, too."""
    shelf = Shelf()
    met(shelf)
    pacer, other = pacer_on(shelf, 0.1), pacer_on(shelf, 0.1)
    pacer.wait_s(0.1, 0)
    told = RateHints(retry_after_s=5.0)
    throttle(pacer, 0.2, told)
    throttle(pacer, 0.3, told)
    shelf.is_held = True
    waits = [other.wait_s(now, 0) for now in (0.4, 2.0, 5.2, 5.4)]
    assert [wait_s == 0.0 for wait_s in waits] == [False, False, False, True]


def test_after_a_minute_without_a_record_it_takes_itself_to_be_alone() -> None:
    """A lock that can never be had does not hold one process to an eighth for ever."""
    shelf = Shelf()
    rate = settled(shelf)
    shelf.is_held = True
    crowd = Crowd(shelf, 1)
    share = crowd.calls_in(2.0)
    crowd.calls_in(60.0)
    alone = crowd.calls_in(2.0)
    assert share <= 0.2 * 2 * rate
    assert alone >= 0.8 * 2 * rate


def test_the_users_own_rate_is_kept_by_his_process_alone() -> None:
    """A cap of 2/s spaces this process' calls; the record's limit stays what it is."""
    shelf = Shelf()
    limit = met(shelf)
    pacer = SharedPacer(
        shelf.update, lambda: DAY_S, look=shelf.look, concurrency=8, cap_per_s=2.0, now=0.2
    )
    started = burst(pacer, 0.2)
    wait_s = pacer.wait_s(0.2, 1)
    assert (started, round(wait_s or 0.0, 9), pacer_limit(shelf, 0.2)) == (1, 0.5, limit)


def pacer_limit(shelf: Shelf, now: float) -> float | None:
    pacer = pacer_on(shelf, now)
    pacer.wait_s(now, 0)
    return pacer.limit_per_s


def closed() -> Shelf:
    """A record of a process that was told twice to come again in an hour, written at 0.3 s."""
    shelf = Shelf()
    met(shelf)
    pacer = pacer_on(shelf, 0.1, unix_s=0.3)
    pacer.wait_s(0.1, 0)
    told = RateHints(retry_after_s=3600.0)
    throttle(pacer, 0.2, told)
    throttle(pacer, 0.3, told)
    return shelf


def begun(
    shelf: Shelf, now: float, *, unix_s: float | None = None
) -> tuple[float | None, int, bool]:
    """What a process that begins now waits and may have under way; whether it knows a limit."""
    pacer = pacer_on(shelf, now, unix_s=unix_s)
    wait_s = pacer.wait_s(now, 0)
    return wait_s and round(wait_s, 6), pacer.allowed_in_flight, pacer.limit_per_s is not None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (60.2, (0.1, 1, True)),
        (60.29, (0.01, 1, True)),
        (60.4, (0.0, 8, True)),
        (3_600.2, (0.0, 8, True)),
        (3_600.4, (0.0, 8, False)),
    ],
)
def test_a_record_is_the_law_for_a_minute_and_a_hint_for_an_hour(
    now: float, expected: tuple[float, int, bool]
) -> None:
    """Its pause and its closed service hold to the last tenth of a second, then its limit does."""
    assert begun(closed(), now) == expected


@pytest.mark.parametrize(
    ("unix_s", "expected"),
    [
        (1.9, (59.3, 1, True)),
        (2.1, (0.0, 8, True)),
        (0.1, (59.3, 1, True)),
        (-0.1, (0.0, 8, True)),
        (-3_599.0, (0.0, 8, True)),
        (-3_600.0, (0.0, 8, False)),
    ],
)
def test_clocks_that_moved_apart_take_the_limit_alone(
    unix_s: float, expected: tuple[float, int, bool]
) -> None:
    """From a second on, forwards or back; a record from an hour ahead is none."""
    assert begun(closed(), 1.0, unix_s=unix_s) == expected


def test_no_pause_in_a_record_is_longer_than_a_minute() -> None:
    """Whoever wrote it: nobody waits longer for another process' sake."""
    shelf = Shelf()
    search = LimitSearch.from_limit(1.0, 100.0).state()
    shelf.record = packed(5_000.0, 1.0, DAY_S + 1.0, search)
    assert begun(shelf, 1.0)[0] == 60.0


def test_a_restart_writes_nothing_until_the_others_were_asked() -> None:
    """An answer that comes before is this process' own."""
    shelf = Shelf()
    met(shelf)
    pacer = pacer_on(shelf, 0.1)
    pacer.wait_s(0.1, 0)
    pacer.restart(0.2)
    writes = shelf.writes
    pacer.answered(0.3, started_at=0.2, throttled=False, latency_s=0.1)
    assert shelf.writes == writes
