"""When the sender ends a run for now: by the clock, and where it is told to wait too long."""

from collections.abc import Callable, Iterator
from itertools import groupby

import pytest

from sendx_cli.api.requests import Call
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.direct import send_all
from sendx_cli.delivery.rows import Row
from sendx_cli.delivery.sender import Sender
from tests.clocks import HandClock
from tests.simulation.simulated_exchange import SimulatedExchange, SimulatedReply
from tests.simulation.simulated_run import (
    LOST,
    OK,
    THROTTLED,
    TROUBLE,
    UNREACHED,
    people,
    simulate,
)
from tests.simulation.turns import decided_in

LATE = TransportFailure("timeout", "no answer", may_have_arrived=True)
NO_TLS = TransportFailure("connection", "no connection in time", may_have_arrived=False)
CLOSED = Answer(503, {"retry-after": "2"}, b"")


def play(
    decide: Callable[[Call, float], SimulatedReply], *, count: int = 200, max_outage_s: float = 10.0
) -> tuple[list[Outcome], Sender, SimulatedExchange, HandClock]:
    """Send a run's rows, told of four times a second as on a terminal."""
    sender, exchange, clock = simulate(decide, has_breaker=True, max_outage_s=max_outage_s)
    decided = list(decided_in(sender.run(map(Row, range(count), people(count)))))
    return [one.outcome for one in decided], sender, exchange, clock


def why(sender: Sender) -> str:
    assert sender.stopped_by is not None
    return f"{sender.stopped_by.code}: {sender.stopped_by.message}"


@pytest.mark.parametrize(
    ("reply", "latency_s", "least_s", "most_s"),
    [
        (UNREACHED, 0.05, 10.0, 10.1),
        (NO_TLS, 3.0, 10.0, 13.0),
        (LATE, 8.0, 10.0, 18.0),
        (LATE, 60.0, 60.0, 60.1),
        (LOST, 0.05, 10.0, 10.1),
        (TROUBLE, 0.05, 10.0, 10.1),
        (THROTTLED, 0.05, 10.0, 10.1),
        (CLOSED, 0.05, 10.0, 10.1),
    ],
)
def test_a_run_gives_up_by_the_clock_whatever_comes_back(
    reply: Answer | TransportFailure, latency_s: float, least_s: float, most_s: float
) -> None:
    """At the moment said, or when the calls under way by then have come to nothing."""
    outcomes, sender, exchange, clock = play(lambda _c, _t: SimulatedReply(latency_s, reply, False))
    assert set(outcomes) <= {Outcome.SKIPPED}
    assert least_s <= clock.now() <= most_s
    assert why(sender).startswith("outage: nothing was accepted for 10 s: ")
    assert all(at < 10.0 for at, _ in exchange.calls)
    assert sender.in_flight == 0


def test_no_call_begins_once_the_time_is_over() -> None:
    """While calls are under way that began before, too few to tell an outage by their number."""
    is_first = True

    def decide(_call: Call, _now: float) -> SimulatedReply:
        nonlocal is_first
        reply, is_first = (OK if is_first else LOST), False
        return SimulatedReply(0.1 if reply is OK else 6.0, reply, True)

    _, sender, exchange, clock = play(decide)
    assert (why(sender)[:7], len(exchange.calls), sender.in_flight) == ("outage:", 17, 0)
    assert 12.0 < clock.now() < 12.6


def test_no_call_begins_once_the_time_is_over_though_nothing_has_come_back() -> None:
    """The time runs from the first call, not from the first failure."""
    sender, exchange, _ = simulate(
        lambda _c, _t: SimulatedReply(30.0, LATE, False),
        concurrency=20,
        cap_per_s=1.0,
        has_breaker=True,
        max_outage_s=4.5,
    )
    list(decided_in(sender.run(map(Row, range(50), people(50)))))
    assert [at for at, _ in exchange.calls] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert why(sender).startswith("outage: ")


def test_a_run_says_that_the_service_is_down_while_it_is() -> None:
    """Twenty failures in a row are an outage; for single contacts there is none."""

    def decide(_call: Call, now: float) -> SimulatedReply:
        return SimulatedReply(0.05, OK if now > 5.0 else UNREACHED, False)

    sender, _, _ = simulate(decide, has_breaker=True)
    seen = [sender.is_down for _ in sender.run(map(Row, range(50), people(50)))]
    assert [is_down for is_down, _ in groupby(seen)] == [False, True, False]
    single, _, _ = simulate(decide)
    assert not any(single.is_down for _ in send_all(single, people(30)))


def test_failures_and_429s_by_turns_do_not_begin_the_time_anew() -> None:
    """Neither is a success, though each ends what the other was counted as."""
    replies: list[Answer | TransportFailure] = [UNREACHED, THROTTLED]

    def decide(_call: Call, _now: float) -> SimulatedReply:
        replies.reverse()
        return SimulatedReply(0.05, replies[0], False)

    _, sender, _, clock = play(decide)
    assert (why(sender)[:7], 10.0 <= clock.now() <= 10.1) == ("outage:", True)


def test_a_wait_for_one_row_does_not_outlast_the_clock() -> None:
    """With one row and its `Retry-After` within what may be waited, the end comes in time."""
    told = Answer(429, {"retry-after": "7"}, b"")
    _, sender, exchange, clock = play(lambda _c, _t: SimulatedReply(0.1, told, False), count=1)
    assert ([round(at, 1) for at, _ in exchange.calls], clock.now()) == ([0.0, 7.1], 10.0)
    assert why(sender).startswith("outage: nothing was accepted for 10 s")


def test_a_success_of_a_call_under_way_goes_before_the_clock() -> None:
    """A service that takes longer than the outage allowed is slow, and not away."""
    outcomes, sender, _, clock = play(lambda _c, _t: SimulatedReply(15.0, OK, True), count=50)
    assert (outcomes, sender.stopped_by) == ([Outcome.ACCEPTED] * 50, None)
    assert clock.now() > 15.0


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [(OK, Outcome.ACCEPTED), (Answer(422, {}, b'{"message":"no"}'), Outcome.REJECTED)],
)
def test_each_success_begins_the_time_anew(reply: Answer, outcome: Outcome) -> None:
    """A service that is there for four seconds in nine keeps a run going; so do its rejections."""

    def decide(_call: Call, now: float) -> SimulatedReply:
        is_there = now % 9.0 < 4.0
        return SimulatedReply(0.5, reply if is_there else UNREACHED, is_there)

    outcomes, sender, _, clock = play(decide, count=900)
    assert (set(outcomes), sender.stopped_by) == ({outcome}, None)
    assert clock.now() > 40.0


def test_a_stream_without_rows_is_no_outage() -> None:
    """After a failed row an hour without input changes nothing for the next."""
    contacts = people(2)

    def rows() -> Iterator[Row | None]:
        yield Row(0, contacts[0])
        for _ in range(20_000):
            if clock.now() >= 3_600.0:
                break
            yield None
        yield Row(1, contacts[1])

    def decide(call: Call, _now: float) -> SimulatedReply:
        return SimulatedReply(0.05, TROUBLE if b"p0@" in call.body else OK, True)

    sender, _, clock = simulate(decide, has_breaker=True)
    decided = list(decided_in(sender.run(rows())))
    outcomes = [one.outcome for one in decided]
    assert (outcomes, sender.stopped_by) == ([Outcome.FAILED, Outcome.ACCEPTED], None)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("batch", [1, 25])
def test_a_wait_that_is_too_long_ends_a_run_at_once(status: int, batch: int) -> None:
    """After the calls under way; all rows are still to come."""
    told = Answer(status, {"retry-after": "901"}, b'{"message":"slow down"}')
    sender, exchange, clock = simulate(
        lambda _c, _t: SimulatedReply(0.1, told, False), has_breaker=True, batch=batch
    )
    decided = list(decided_in(sender.run(map(Row, range(1000), people(1000)))))
    assert {one.outcome for one in decided} == {Outcome.SKIPPED}
    assert (len(exchange.calls), clock.now()) == (8, 0.1)
    assert why(sender).startswith("asked_to_wait: the service asks to wait until ")
    assert why(sender).endswith(": resume the run then")


def test_a_wait_that_may_be_borne_is_borne() -> None:
    """A quarter of an hour to the second is not too long."""
    replies = [Answer(429, {"retry-after": "899"}, b""), OK]
    sender, _, clock = simulate(
        lambda _c, _t: SimulatedReply(0.1, replies.pop(0), True), has_breaker=True
    )
    (decided,) = decided_in(sender.run(iter([Row(0, people(1)[0])])))
    assert (decided.outcome, decided.attempts) == (Outcome.ACCEPTED, 2)
    assert 899.1 < clock.now() < 899.3


@pytest.mark.parametrize(
    ("contact", "reply", "outcome"),
    [
        (Identify(email="a@b.co"), Answer(429, {"retry-after": "86400"}, b""), Outcome.SKIPPED),
        (Identify(email="a@b.co"), Answer(500, {"retry-after": "86400"}, b""), Outcome.SKIPPED),
        (
            Track(email="a@b.co", add_tags=("x",)),
            Answer(503, {"retry-after": "86400"}, b""),
            Outcome.SKIPPED,
        ),
        (
            Track(email="a@b.co", add_tags=("x",)),
            Answer(500, {"retry-after": "86400"}, b""),
            Outcome.UNKNOWN,
        ),
    ],
)
@pytest.mark.parametrize("has_breaker", [False, True])
def test_who_is_told_to_wait_a_day_is_sent_once(
    contact: Contact, reply: Answer, outcome: Outcome, has_breaker: bool
) -> None:
    """What may have arrived is unknown all the same; nobody else is sent after it."""
    sender, exchange, clock = simulate(
        lambda _c, _t: SimulatedReply(0.1, reply, False), concurrency=1, has_breaker=has_breaker
    )
    decided = list(decided_in(send_all(sender, [contact, *people(3)])))
    assert [one.outcome for one in decided] == [outcome, *[Outcome.SKIPPED] * 3]
    assert (len(exchange.calls), clock.now()) == (1, 0.1)
    assert sender.stopped_by is not None
    assert sender.stopped_by.message.startswith("the service asks to wait until ")


def test_a_refusal_that_asks_to_wait_is_a_refusal() -> None:
    """`Retry-After` means something only where the request may come again."""
    refused = Answer(422, {"retry-after": "86400"}, b'{"message":"no"}')
    outcomes, sender, _, _ = play(lambda _c, _t: SimulatedReply(0.05, refused, False), count=20)
    assert (outcomes, sender.stopped_by) == ([Outcome.REJECTED] * 20, None)


def test_a_stop_that_was_asked_for_is_not_called_an_outage() -> None:
    """The clock runs no more once somebody has ended the run."""
    sender, _, clock = simulate(
        lambda _c, _t: SimulatedReply(60.0, LATE, False),
        has_breaker=True,
        max_outage_s=5.0,
        stop_at=4.0,
    )
    decided = list(decided_in(sender.run(map(Row, range(20), people(20)))))
    assert ({one.outcome for one in decided}, sender.stopped_by) == ({Outcome.SKIPPED}, None)
    assert clock.now() == 14.0
