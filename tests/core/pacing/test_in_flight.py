from sendx_cli.core.pacing.in_flight import InFlight


def stretch(in_flight: InFlight, begins: float, *, per_s: float, latency_s: float) -> float:
    """Feed one second of answers, with every place taken; return when it ended."""
    calls = int(per_s)
    for call in range(1, calls + 1):
        in_flight.was_full = True
        in_flight.answered(begins + call / per_s, latency_s)
    return begins + calls / per_s


def test_queueing_calls_are_cut() -> None:
    """Latency four times the lowest, throughput unchanged by the cut: fewer under way."""
    in_flight = InFlight(40, 0.0)
    now = stretch(in_flight, 0.0, per_s=200, latency_s=0.05)
    before = in_flight.allowed
    stretch(in_flight, now, per_s=200, latency_s=0.2)
    assert (before, in_flight.allowed < 20) == (40, True)


def test_a_slowness_that_is_not_ours_keeps_its_places() -> None:
    """Where fewer under way bring fewer calls a second, the cut is taken back for good."""
    in_flight = InFlight(40, 0.0)
    now = stretch(in_flight, 0.0, per_s=200, latency_s=0.05)
    now = stretch(in_flight, now, per_s=100, latency_s=0.4)
    now = stretch(in_flight, now, per_s=60, latency_s=0.4)
    for _ in range(5):
        now = stretch(in_flight, now, per_s=100, latency_s=0.4)
    assert in_flight.allowed == 40


def test_noise_is_let_pass() -> None:
    """Latency that wavers by half changes nothing."""
    in_flight = InFlight(16, 0.0)
    now = 0.0
    for latency_s in (0.04, 0.06, 0.05, 0.07, 0.04):
        now = stretch(in_flight, now, per_s=100, latency_s=latency_s)
    assert in_flight.allowed == 16


def test_where_nothing_can_be_cut_no_cut_is_taken_back() -> None:
    """At the fewest there is none whose effect could show that the slowness is not ours."""
    in_flight = InFlight(40, 0.0)
    now = stretch(in_flight, 0.0, per_s=200, latency_s=0.05)
    for _ in range(20):
        now = stretch(in_flight, now, per_s=200, latency_s=0.4)
    assert in_flight.allowed == 4
    for per_s in (150, 100, 70, 50, 50, 50):
        now = stretch(in_flight, now, per_s=per_s, latency_s=0.4)
    assert in_flight.allowed == 4


def test_more_are_allowed_only_where_calls_had_to_wait() -> None:
    """Each interval by itself: that they waited before says nothing of now."""
    in_flight = InFlight(40, 0.0)
    now = stretch(in_flight, 0.0, per_s=200, latency_s=0.05)
    now = stretch(in_flight, now, per_s=200, latency_s=0.2)
    cut = in_flight.allowed
    assert cut < 40
    now = stretch(in_flight, now, per_s=200, latency_s=0.05)
    before = in_flight.allowed
    for call in range(1, 401):
        in_flight.answered(now + call / 200, 0.05)
    assert in_flight.allowed <= before + 1
    stretch(in_flight, now + 2.0, per_s=200, latency_s=0.05)
    assert in_flight.allowed > before + 1
