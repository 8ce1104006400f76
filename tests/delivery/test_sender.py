import json
import random
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendx_cli.api.requests import Call
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.retry import RetryPolicy
from sendx_cli.delivery.direct import send_all
from sendx_cli.delivery.results import result_of
from sendx_cli.delivery.rows import Decided, Row
from sendx_cli.delivery.sender import Sender
from sendx_cli.results import ResultError
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


def run(
    contacts: Sequence[Contact],
    decide: Callable[[Call, float], SimulatedReply],
    *,
    policy: RetryPolicy | None = None,
    seed: int = 0,
) -> tuple[list[Decided], SimulatedExchange, Sender]:
    sender, exchange, _ = simulate(decide, policy=policy, jitter=random.Random(seed).random)
    return list(decided_in(send_all(sender, contacts))), exchange, sender


def bodies(exchange: SimulatedExchange) -> list[dict[str, str]]:
    return [json.loads(body) for body in exchange.applied]


def test_every_contact_is_sent_once_and_told_of_in_the_order_given() -> None:
    """Whatever order the answers come in."""
    draw = random.Random(1)
    decided, exchange, _ = run(people(50), lambda _c, _t: SimulatedReply(draw.random(), OK, True))
    assert [s.row.number for s in decided] == list(range(50))
    assert sorted(b["email"] for b in bodies(exchange)) == sorted(c.email for c in people(50))
    assert exchange.most_in_flight <= 8


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=60),
    seed=st.integers(0, 2**32),
    trouble=st.floats(0, 0.4),
)
def test_rows_of_one_contact_are_applied_in_their_order_whatever_goes_wrong(
    names: list[tuple[int, int]], seed: int, trouble: float
) -> None:
    """Also through a change of address, across retries, delays and failures."""
    draw = random.Random(seed)
    contacts: list[Contact] = [
        Identify(
            email=f"P{old}@example.com" if n % 2 else f"p{old}@example.com",
            new_email=f"p{new}@example.com" if new != old and n % 3 == 0 else None,
            first_name=str(n),
        )
        for n, (old, new) in enumerate(names)
    ]

    def decide(_call: Call, _now: float) -> SimulatedReply:
        bad = draw.random() < trouble
        reply: Answer | TransportFailure = OK
        if bad:
            reply = draw.choice((TROUBLE, THROTTLED, LOST, UNREACHED))
        return SimulatedReply(draw.random(), reply, reply in (OK, TROUBLE, LOST))

    policy = RetryPolicy(retries=100, retry_unknown=True, max_wait_s=1e9)
    decided, exchange, _ = run(contacts, decide, policy=policy, seed=seed)
    assert {s.outcome for s in decided} == {Outcome.ACCEPTED}
    for person in range(6):
        address = f"p{person}@example.com"
        order = [
            int(body["firstName"])
            for body in bodies(exchange)
            if address in {body["email"].lower(), body.get("newEmail")}
        ]
        assert all(earlier <= later for earlier, later in pairwise(order))
    for under_way in exchange.under_way:
        concerned = [
            address.lower()
            for body in map(json.loads, under_way)
            for address in {body["email"].lower(), body.get("newEmail", body["email"]).lower()}
        ]
        assert len(concerned) == len(set(concerned))


def test_a_contact_with_many_rows_does_not_stop_the_others() -> None:
    """Its rows wait for one another; other contacts' rows pass them."""
    contacts = [Identify(email="busy@example.com", first_name=str(n)) for n in range(100)]
    decided, exchange, _ = run(
        [*contacts, *people(10)], lambda _c, _t: SimulatedReply(1.0, OK, True)
    )
    assert len(decided) == 110
    done = [body["email"] for body in bodies(exchange)]
    assert max(done.index(person.email) for person in people(10)) < 20


@pytest.mark.parametrize(
    ("contact", "reply", "outcome", "attempts"),
    [
        (Identify(email="a@b.co"), TROUBLE, Outcome.FAILED, 5),
        (Identify(email="a@b.co"), LOST, Outcome.FAILED, 5),
        (Identify(email="a@b.co", fields=(("n", "++1"),)), LOST, Outcome.UNKNOWN, 1),
        (Identify(email="a@b.co", new_email="x@b.co"), LOST, Outcome.UNKNOWN, 1),
        (Identify(email="a@b.co", new_email="A@b.co"), LOST, Outcome.FAILED, 5),
        (Track(email="a@b.co", add_tags=("x",)), LOST, Outcome.UNKNOWN, 1),
        (Track(email="a@b.co", add_tags=("x",)), TROUBLE, Outcome.UNKNOWN, 1),
        (Track(email="a@b.co", add_tags=("x",)), UNREACHED, Outcome.FAILED, 5),
        (Track(email="a@b.co", add_tags=("x",)), THROTTLED, Outcome.FAILED, 5),
    ],
)
def test_what_may_not_be_repeated_is_sent_once_where_it_could_have_arrived(
    contact: Contact, reply: Answer | TransportFailure, outcome: Outcome, attempts: int
) -> None:
    """Only what surely did not arrive is sent again."""
    decided, _, _ = run([contact], lambda _c, _t: SimulatedReply(0.1, reply, False))
    assert [(s.outcome, s.attempts) for s in decided] == [(outcome, attempts)]


def test_nothing_is_sent_before_retry_after() -> None:
    """A throttled row comes back when it was told to, not sooner."""
    replies = [Answer(429, {"retry-after": "7"}, THROTTLED.body), OK]
    decided, exchange, _ = run(people(1), lambda _c, _t: SimulatedReply(0.1, replies.pop(0), True))
    assert [s.outcome for s in decided] == [Outcome.ACCEPTED]
    first, second = (at for at, _ in exchange.calls)
    assert second - first >= 7


def test_a_refused_key_ends_the_run_after_the_calls_under_way() -> None:
    """A thousand contacts and a wrong key make a handful of calls."""
    refusal = Answer(401, {}, b'{"status": 401, "message": "not valid"}')
    decided, exchange, sender = run(
        people(1000), lambda _c, _t: SimulatedReply(0.1, refusal, False)
    )
    assert len(exchange.calls) == 8
    assert [s.outcome for s in decided] == [Outcome.SKIPPED] * 1000
    assert sender.stopped_by is not None
    assert sender.stopped_by.code == "key_refused"


def test_stopping_waits_for_the_calls_under_way_and_begins_no_other() -> None:
    """What was sent is told of; a row that waited to be repeated stays undone."""

    def decide(call: Call, _now: float) -> SimulatedReply:
        is_first = b"p0@" in call.body
        return SimulatedReply(0.3, UNREACHED if is_first else OK, not is_first)

    sender, exchange, _ = simulate(
        decide, concurrency=2, policy=RetryPolicy(retries=100), stop_at=0.5
    )
    decided = list(decided_in(send_all(sender, people(20))))
    assert len(decided) == 20
    sent = [s for s in decided if s.outcome is Outcome.ACCEPTED]
    assert 0 < len(sent) == len(exchange.applied) < 20
    assert {s.outcome for s in decided} == {Outcome.ACCEPTED, Outcome.SKIPPED}


def test_a_due_retry_that_a_stop_overtakes_is_told_of_as_sent() -> None:
    """It was under way once, so it may have arrived: unknown, with its attempt counted."""
    sender, _, _ = simulate(
        lambda _c, _t: SimulatedReply(0.1, TROUBLE, True),
        cap_per_s=0.05,
        policy=RetryPolicy(retry_unknown=True),
        stop_at=2.0,
    )
    (decided,) = decided_in(send_all(sender, [Track(email="a@b.co", add_tags=("x",))]))
    assert (decided.outcome, decided.attempts) == (Outcome.UNKNOWN, 1)


def test_a_call_that_hangs_holds_up_a_stop_for_a_few_seconds_only() -> None:
    """Then it is told of: a track as unknown, with the time it took."""
    sender, _, clock = simulate(lambda _c, _t: SimulatedReply(60.0, OK, True), stop_at=1.0)
    (decided,) = decided_in(send_all(sender, [Track(email="a@b.co", add_tags=("x",))]))
    assert (decided.outcome, decided.attempts) == (Outcome.UNKNOWN, 1)
    assert decided.elapsed_s == clock.now() == 11.0


def test_an_outage_costs_a_bulk_run_few_calls_and_no_row() -> None:
    """Ten minutes of nothing: single probes now and then, and then everybody is accepted."""

    def decide(_call: Call, now: float) -> SimulatedReply:
        is_down = 5 < now < 605
        return SimulatedReply(0.05, UNREACHED if is_down else OK, not is_down)

    sender, exchange, _ = simulate(
        decide, cap_per_s=50, jitter=random.Random(3).random, has_breaker=True
    )
    decided = list(decided_in(send_all(sender, people(1000))))
    assert {s.outcome for s in decided} == {Outcome.ACCEPTED}
    assert len(exchange.calls) < 1000 + 100


def test_an_outage_without_end_is_given_up_and_leaves_rows_undone() -> None:
    """After a quarter of an hour: exit 5, nothing failed, all can be resumed."""
    sender, exchange, clock = simulate(
        lambda _c, _t: SimulatedReply(0.05, UNREACHED, False), has_breaker=True
    )
    decided = list(decided_in(send_all(sender, people(1000))))
    assert {s.outcome for s in decided} == {Outcome.SKIPPED}
    assert sender.stopped_by is not None
    assert sender.stopped_by.code == "outage"
    assert 900 <= clock.seconds < 1100
    assert len(exchange.calls) < 100


@pytest.mark.parametrize("keeps_going", [False, True])
def test_a_thousand_rejections_for_one_reason_stop_a_bulk_run(keeps_going: bool) -> None:
    """Such a file is meant for another account; --keep-going knows better."""
    refusal = Answer(422, {}, b'{"message": "no such field"}')
    sender, _, _ = simulate(
        lambda _c, _t: SimulatedReply(0.01, refusal, False),
        has_breaker=True,
        keeps_going=keeps_going,
    )
    decided = list(decided_in(send_all(sender, people(1500))))
    rejected = sum(s.outcome is Outcome.REJECTED for s in decided)
    assert rejected == 1500 if keeps_going else 1000 <= rejected <= 1008


def stubborn(name: str) -> Callable[[Call, float], SimulatedReply]:
    """A service that always fails for one address, and is well otherwise."""
    return lambda call, _now: SimulatedReply(
        0.05, TROUBLE if name.encode() in call.body else OK, True
    )


def test_rows_behind_a_failed_one_stay_undone_in_a_bulk_run() -> None:
    """Sent now, they would be undone when the failed row is sent again; other contacts go on."""
    rows = [
        Identify(email="p1@example.com", first_name="0"),
        Identify(email="bad@example.com", first_name="1"),
        Identify(email="BAD@example.com", first_name="2"),
        Identify(email="p1@example.com", first_name="3"),
        *people(200),
        Identify(email="bad@example.com", first_name="late"),
    ]
    sender, _, _ = simulate(stubborn("bad@"), concurrency=4, has_breaker=True)
    decided = list(decided_in(sender.run(map(Row, range(len(rows)), rows))))
    failed = [s.row.number for s in decided if s.outcome is not Outcome.ACCEPTED]
    assert (failed, len(decided), sender.left_behind) == ([1], len(rows) - 2, 2)


def test_rows_behind_a_failed_one_are_sent_where_contacts_were_named() -> None:
    """There each is given up by itself: nobody resumes such a call."""
    rows = [Identify(email="bad@example.com", first_name=name) for name in ("bad@", "well")]
    sender, _, _ = simulate(
        lambda call, _t: SimulatedReply(0.05, OK if b"well" in call.body else TROUBLE, True)
    )
    decided = list(decided_in(send_all(sender, rows)))
    outcomes = [s.outcome for s in decided]
    assert (outcomes, sender.left_behind) == ([Outcome.FAILED, Outcome.ACCEPTED], 0)


@pytest.mark.parametrize("reply", [Answer(422, {}, b'{"message": "no"}'), LOST])
def test_rows_behind_a_rejected_or_an_unknown_one_go_on(reply: Answer | TransportFailure) -> None:
    """Neither is ever sent again by itself, so nothing can undo what comes after it."""
    rows: list[Contact] = [
        Identify(email="p@example.com", fields=(("n", "++1"),)),
        Identify(email="p@example.com", first_name="well"),
    ]
    sender, _, _ = simulate(
        lambda call, _t: SimulatedReply(0.05, OK if b"well" in call.body else reply, True),
        has_breaker=True,
    )
    decided = list(decided_in(sender.run(map(Row, range(2), rows))))
    assert (decided[1].outcome, sender.left_behind) == (Outcome.ACCEPTED, 0)


def test_answers_that_say_when_to_come_again_are_heeded_by_each_row() -> None:
    """`Retry-After` as a date is measured against the answer's own."""
    headers = {
        "date": "Mon, 23 Nov 2026 07:00:00 GMT",
        "retry-after": "Mon, 23 Nov 2026 07:00:09 GMT",
    }
    replies = [Answer(503, headers, b""), OK]
    _, exchange, _ = run(people(1), lambda _c, _t: SimulatedReply(0.1, replies.pop(0), True))
    first, second = (at for at, _ in exchange.calls)
    assert 9 <= second - first < 10


def test_whoever_has_something_new_ends_the_wait() -> None:
    """A row that came in, and a stop, are not left until an answer comes."""
    sender, exchange, _ = simulate(lambda _c, _t: SimulatedReply(0.1, OK, True))
    sender.wake()
    assert exchange.wakes == 1
    sender.stop()
    assert exchange.wakes == 2


def test_a_web_page_stops_a_run_only_before_anything_was_accepted() -> None:
    """Before, it is a login page or a wrong base URL; later, a fault that passes."""
    page = Answer(200, {"content-type": "text/html"}, b"<html>")
    _, _, at_first = run(people(1), lambda _c, _t: SimulatedReply(0.1, page, False))
    assert at_first.stopped_by is not None
    assert at_first.stopped_by.code == "login_page"
    replies = [OK, page, OK]
    sender, _, _ = simulate(lambda _c, _t: SimulatedReply(0.1, replies.pop(0), True), concurrency=1)
    decided = list(decided_in(send_all(sender, people(2))))
    assert ([one.attempts for one in decided], sender.stopped_by) == ([1, 2], None)


def test_a_call_that_is_cut_off_says_so() -> None:
    """Its word in JSON is `interrupted`; nobody knows whether it arrived."""
    sender, _, _ = simulate(lambda _c, _t: SimulatedReply(60.0, OK, True), stop_at=1.0)
    (decided,) = list(decided_in(sender.run(iter([Row(0, people(1)[0])]))))
    error = result_of(decided).error
    assert error == ResultError("interrupted", "interrupted before the answer", "run it again")


def test_whoever_watches_a_run_is_never_left_waiting() -> None:
    """Four times a second there is a turn, though no call may start for ten seconds."""
    sender, _, clock = simulate(
        lambda _c, _t: SimulatedReply(3.0, OK, True), cap_per_s=0.1, concurrency=1
    )
    moments = [clock.now() for _ in sender.run(map(Row, range(3), people(3)))]
    assert moments[-1] > 20.0
    assert max(later - earlier for earlier, later in pairwise(moments)) <= 0.25


def test_a_row_takes_the_time_from_its_first_request_to_its_last_answer() -> None:
    """Whenever it was sent, and waits between its attempts included."""
    replies = [OK, OK, Answer(429, {"retry-after": "7"}, THROTTLED.body), OK]
    sender, _, _ = simulate(lambda _c, _t: SimulatedReply(0.5, replies.pop(0), True), concurrency=1)
    took = [one.elapsed_s for one in decided_in(send_all(sender, people(3)))]
    assert took[:2] == pytest.approx([0.5, 0.5])
    assert 8.0 <= took[2] < 9.0


def test_a_sender_that_is_closed_closes_its_connections() -> None:
    """Not before, though no row is left: another run may come."""
    sender, exchange, _ = simulate(lambda _c, _t: SimulatedReply(0.1, OK, True))
    list(send_all(sender, people(1)))
    assert not exchange.is_closed
    sender.close()
    assert exchange.is_closed
