from sendx_cli.core.totals.timeline import Second, Timeline, timeline
from sendx_cli.core.totals.work_time import LONGEST_LULL_S

ONE = Second(accepted=1, decided=2, elapsed_ms=30.0, throttled=4, paused=5)
TWO = Second(accepted=10, decided=20, elapsed_ms=300.0, throttled=40, paused=50)
BOTH = Second(accepted=11, decided=22, elapsed_ms=330.0, throttled=44, paused=55)
NOTHING = Second()


def test_seconds_add_up_member_by_member() -> None:
    """The latency is that of a row on average, if any was decided."""
    assert ONE.and_(TWO) == TWO.and_(ONE) == BOTH
    assert (ONE.latency_ms, NOTHING.latency_ms) == (15.0, None)


def test_seconds_are_folded_into_slots_of_one_width() -> None:
    """No more than asked for; in whatever order they are given."""
    assert timeline({}, 10) == Timeline(1, ())
    seconds = {103: TWO, 100: ONE, 101: TWO}
    assert timeline(seconds, 4) == Timeline(1, (ONE, TWO, NOTHING, TWO))
    assert timeline(seconds, 3) == Timeline(2, (BOTH, TWO))
    assert timeline(seconds, 1) == Timeline(4, (BOTH.and_(TWO),))


def test_a_long_stop_is_left_out_and_marked() -> None:
    """An outage that is waited for is a part of the run; a night until a resume is none."""
    lull_s = int(LONGEST_LULL_S)
    part = timeline({100: ONE, 100 + lull_s + 1: TWO}, 10_000)
    assert (len(part.slots), part.breaks) == (lull_s + 2, ())
    stop = timeline({100: ONE, 101: ONE, 100 + lull_s + 3: TWO, 200_000: ONE}, 10_000)
    assert stop == Timeline(1, (ONE, ONE, TWO, ONE), (2, 3))
    folded = timeline({100: ONE, 101: ONE, 100_000: TWO, 200_000: ONE}, 2)
    assert folded == Timeline(2, (ONE.and_(ONE), TWO.and_(ONE)), (1,))
