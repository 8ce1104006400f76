from math import inf

from sendx_cli.core.pacing.outage import Outage


def down(outage: Outage, now: float = 100.0) -> None:
    for _ in range(20):
        outage.failed(now, started_at=now - 1.0)


def test_nineteen_failures_are_no_outage() -> None:
    """Failures in a row that any run can meet stop nothing."""
    outage = Outage(jitter=lambda: 0.5)
    for _ in range(19):
        outage.failed(1.0, started_at=0.5)
    assert (outage.is_down, outage.probe_wait_s(1.0, 9), outage.gives_up_at) == (False, 0.0, 900.5)


def test_a_success_between_breaks_the_row() -> None:
    """Thirty failures with one success in their midst are no outage."""
    outage = Outage(jitter=lambda: 0.5)
    for _ in range(15):
        outage.failed(1.0, started_at=0.0)
    ended = outage.succeeded(2.0)
    for _ in range(15):
        outage.failed(2.0, started_at=0.0)
    assert (ended, outage.is_down, outage.gives_up_at) == (False, False, 902.0)


def test_one_probe_at_a_time_with_growing_waits() -> None:
    """The waits double from one second to sixty, each between half and the whole of it."""
    outage = Outage(jitter=lambda: 0.0)
    down(outage)
    now, waits = 100.0, []
    for _ in range(9):
        wait_s = outage.probe_wait_s(now, 0)
        assert wait_s is not None
        waits.append(wait_s)
        now += wait_s
        outage.failed(now, started_at=now)
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert outage.probe_wait_s(now, 1) is None


def test_stragglers_do_not_put_the_probe_off() -> None:
    """Calls that were under way when it went down fail late: the probe stays where it was."""
    outage = Outage(jitter=lambda: 0.0)
    down(outage)
    for _ in range(50):
        outage.failed(100.4, started_at=99.0)
    assert outage.probe_wait_s(100.4, 0) == 0.5 - 0.4000000000000057


def test_one_success_ends_it_and_the_next_begins_afresh() -> None:
    """The success says that an outage ended; another outage probes from one second on again."""
    outage = Outage(jitter=lambda: 0.0)
    down(outage)
    outage.failed(101.0, started_at=101.0)
    ended = outage.succeeded(102.0)
    after = (outage.is_down, outage.gives_up_at)
    down(outage, now=200.0)
    assert (ended, after, outage.probe_wait_s(200.0, 0)) == (True, (False, None), 0.5)


def test_it_gives_up_after_the_longest_outage_allowed() -> None:
    """Fifteen minutes after the first call that came to nothing, answered or not."""
    outage = Outage(jitter=lambda: 0.5, max_outage_s=900.0)
    before = outage.gives_up_at
    outage.called(100.0)
    outage.called(500.0)
    assert (before, outage.gives_up_at) == (None, 1000.0)
    assert (outage.has_outlasted(999.9), outage.has_outlasted(1000.0)) == (False, True)


def test_without_a_longest_outage_it_gives_up_where_no_call_ever_succeeded() -> None:
    """After 15 minutes: that is the wrong service. Once a call has succeeded it never does."""
    outage = Outage(jitter=lambda: 0.5, max_outage_s=inf)
    outage.called(100.0)
    unproven = outage.gives_up_at
    outage.succeeded(101.0)
    outage.called(102.0)
    assert (unproven, outage.gives_up_at, outage.has_outlasted(1e9)) == (1000.0, inf, False)


def test_an_outage_is_counted_from_the_last_success() -> None:
    """A call that was sent before it and failed after it does not reach back beyond it."""
    outage = Outage(jitter=lambda: 0.5)
    outage.called(10.0)
    outage.called(11.0)
    outage.succeeded(20.0)
    after_success = outage.gives_up_at
    outage.failed(40.0, started_at=11.0)
    assert (after_success, outage.gives_up_at) == (None, 920.0)


def test_throttling_is_no_success_and_no_outage() -> None:
    """It continues counting towards giving up, but calls need not go one at a time for it."""
    outage = Outage(jitter=lambda: 0.5)
    down(outage, now=100.0)
    ended = outage.throttled(started_at=150.0)
    assert (ended, outage.is_down, outage.gives_up_at) == (True, False, 999.0)
    assert outage.throttled(started_at=151.0) is False
    outage.succeeded(200.0)
    outage.throttled(started_at=250.0)
    assert outage.gives_up_at == 1_150.0


def test_a_time_without_anything_to_send_is_no_outage() -> None:
    """It is counted anew from the next call on."""
    outage = Outage(jitter=lambda: 0.5)
    outage.called(0.0)
    outage.failed(1.0, started_at=0.0)
    outage.idled()
    outage.called(5_000.0)
    assert outage.gives_up_at == 5_900.0


def test_ten_minutes_cost_few_probes() -> None:
    """An outage of ten minutes sees fewer than forty probes."""
    outage = Outage(jitter=lambda: 0.0)
    down(outage, now=0.0)
    now, probes = 0.0, 0
    while now < 600.0:
        now += outage.probe_wait_s(now, 0) or 0.0
        outage.failed(now, started_at=now)
        probes += 1
    assert probes == 25
