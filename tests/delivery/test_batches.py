import json
from collections.abc import Callable, Sequence

import pytest

from sendx_cli.api.requests import Call
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.attempts import attempt_at
from sendx_cli.delivery.batches import Batches
from sendx_cli.delivery.rows import Decided, Row
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
from tests.simulation.simulated_service import TokenBucket
from tests.simulation.turns import decided_in

DONE = Answer(200, {}, b'{"status":"success","message":"All contacts processed successfully"}')
REJECTED = Answer(422, {}, b'{"status":"error","message":"no such field"}')
KEY_REFUSED = Answer(401, {}, b'{"status":401,"message":"not valid"}')
USED_UP = Answer(429, {}, b'{"message":"Email sending limit exceeded. Please upgrade your plan."}')


def is_batch(call: Call) -> bool:
    return call.url.endswith("/contact/identify/bulk")


def play(
    batch_reply: Answer | TransportFailure, reply: Answer | TransportFailure = OK
) -> Callable[[Call, float], SimulatedReply]:
    """A service that answers all batches alike, and all single calls."""
    return lambda call, _now: SimulatedReply(0.05, batch_reply if is_batch(call) else reply, True)


def sizes(exchange: SimulatedExchange) -> list[int]:
    """The rows in each call, 1 for a single call."""
    bodies = [json.loads(body) for _, body in exchange.calls]
    return [len(body) if isinstance(body, list) else 1 for body in bodies]


def rows_of(contacts: Sequence[Contact]) -> list[Row]:
    return [Row(number, contact) for number, contact in enumerate(contacts)]


class Notes:
    """A journal that keeps what it is told."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.done: list[int] = []

    def mark_sending(self, rows: Sequence[Row]) -> None:
        self.sent += [row.number for row in rows]

    def put_back(self, rows: Sequence[Row]) -> None:
        pass

    def record(self, rows: Sequence[Decided]) -> None:
        self.done += [one.row.number for one in rows]


@pytest.mark.parametrize("concurrency", [1, 50])
def test_rows_fill_their_batches_where_nothing_limits_them(concurrency: int) -> None:
    """A thousand rows make forty calls, each row one attempt, all recorded before and after."""
    notes = Notes()
    sender, exchange, _ = simulate(
        play(DONE), concurrency=concurrency, has_breaker=True, batch=25, journal=notes
    )
    decided = list(decided_in(sender.run(iter(rows_of(people(1000))))))
    assert sizes(exchange) == [25] * 40
    assert {(s.outcome, s.attempts) for s in decided} == {(Outcome.ACCEPTED, 1)}
    assert sorted(notes.sent) == sorted(notes.done) == list(range(1000))


def test_what_is_ready_goes_and_one_row_alone_goes_by_the_single_call() -> None:
    """The last batch is what is left over."""
    sender, exchange, _ = simulate(play(DONE), has_breaker=True, batch=25)
    assert len(list(decided_in(sender.run(iter(rows_of(people(56))))))) == 56
    assert sizes(exchange) == [25, 25, 6]
    sender, exchange, _ = simulate(play(TROUBLE, OK), has_breaker=True, batch=25)
    (decided,) = decided_in(sender.run(iter(rows_of(people(1)))))
    assert (decided.outcome, decided.attempts) == (Outcome.ACCEPTED, 1)


def test_a_batch_is_an_array_of_what_single_calls_would_carry() -> None:
    """In UTF-8, in the rows' order."""
    contacts = [
        Identify(email="ann@example.com", first_name="Ånn", tags=("vip",)),
        Identify(email="bo@example.com", fields=(("Plan", "pro"),)),
    ]
    sender, exchange, _ = simulate(play(DONE), has_breaker=True, batch=2)
    list(decided_in(sender.run(iter(rows_of(contacts)))))
    expected = (
        '[{"email":"ann@example.com","firstName":"Ånn","tags":["vip"]},'
        '{"email":"bo@example.com","customFields":{"Plan":"pro"}}]'
    )
    assert [body.decode() for _, body in exchange.calls] == [expected]


def test_rows_that_must_not_come_twice_go_alone() -> None:
    """Those that count, that change an address, and tracks; the others are joined."""
    alone: list[Contact] = [
        Identify(email="count@example.com", fields=(("n", "++1"),)),
        Identify(email="old@example.com", new_email="new@example.com"),
        Track(email="track@example.com", add_tags=("x",)),
    ]
    sender, exchange, _ = simulate(play(DONE), has_breaker=True, batch=25)
    list(decided_in(sender.run(iter(rows_of([*people(5), *alone, *people(9)[5:]])))))
    assert sizes(exchange) == [1, 1, 1, 9]


def test_rows_of_one_contact_are_never_in_one_batch() -> None:
    """The second waits for the first, and passes nobody of its own."""
    contacts = [
        Identify(email=f"p{n % 3}@example.com", first_name=str(n)) for n in range(9)
    ]  # fmt: skip
    sender, exchange, _ = simulate(play(DONE), has_breaker=True, batch=25)
    decided = list(decided_in(sender.run(iter(rows_of(contacts)))))
    assert sizes(exchange) == [3, 3, 3]
    assert [s.row.number for s in decided] == list(range(9))


@pytest.mark.parametrize(
    "reply",
    [
        REJECTED,
        Answer(400, {}, b'{"status":"error","message":"Email is required"}'),
        Answer(409, {}, b""),
        Answer(413, {}, b"<html>too large</html>"),
        Answer(200, {}, b'{"status":"error","message":"no"}'),
        Answer(200, {}, b'{"status":"partial","message":"24 of 25"}'),
        Answer(200, {}, b'[{"status":"success"}]'),
        Answer(200, {}, b""),
        Answer(207, {}, b'{"status":"success"}'),
        Answer(200, {}, json.dumps({"status": "success", "results": [{"ok": True}] * 24}).encode()),
        LOST,
        TROUBLE,
    ],
)
def test_a_batch_that_is_no_plain_success_is_taken_apart(reply: Answer | TransportFailure) -> None:
    """Each row is decided by itself, at once: one bad row spoils no other."""

    def decide(call: Call, _now: float) -> SimulatedReply:
        if is_batch(call):
            return SimulatedReply(0.05, reply, False)
        is_bad = b"p7@" in call.body
        return SimulatedReply(0.05, REJECTED if is_bad else OK, not is_bad)

    sender, exchange, clock = simulate(decide, concurrency=25, has_breaker=True, batch=25)
    decided = list(decided_in(sender.run(iter(rows_of(people(25))))))
    assert sizes(exchange) == [25] + [1] * 25
    singles = [json.loads(body)["email"] for _, body in exchange.calls[1:]]
    assert singles == [person.email for person in people(25)]
    assert {s.attempts for s in decided} == {2}
    assert [s.row.number for s in decided if s.outcome is Outcome.REJECTED] == [7]
    assert len(exchange.applied) == 24
    assert clock.now() < 1.0


def test_a_batch_whose_answer_names_each_of_its_contacts_is_a_plain_success() -> None:
    """The last one's answer names its five, and no more."""

    def decide(call: Call, _now: float) -> SimulatedReply:
        results = [{"email": one["email"], "status": "success"} for one in json.loads(call.body)]
        return SimulatedReply(
            0.05, Answer(200, {}, json.dumps({"results": results}).encode()), True
        )

    sender, exchange, _ = simulate(decide, has_breaker=True, batch=25)
    decided = list(decided_in(sender.run(iter(rows_of(people(55))))))
    assert {(s.outcome, s.attempts) for s in decided} == {(Outcome.ACCEPTED, 1)}
    assert sizes(exchange) == [25, 25, 5]


@pytest.mark.parametrize("reply", [THROTTLED, Answer(503, {"retry-after": "2"}, b""), UNREACHED])
def test_a_batch_that_surely_did_not_arrive_is_tried_again_whole(
    reply: Answer | TransportFailure,
) -> None:
    """Its rows come back together and are joined again."""
    replies = [reply, reply, DONE]
    sender, exchange, _ = simulate(
        lambda _c, _t: SimulatedReply(0.05, replies.pop(0), True), has_breaker=True, batch=25
    )
    decided = list(decided_in(sender.run(iter(rows_of(people(25))))))
    assert sizes(exchange) == [25, 25, 25]
    assert {(s.outcome, s.attempts) for s in decided} == {(Outcome.ACCEPTED, 3)}


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_service_without_the_bulk_endpoint_gets_single_calls(status: int) -> None:
    """It is told once, is no failure and no wrong base URL, and costs the first calls only."""
    sender, exchange, _ = simulate(play(Answer(status, {}, b"")), has_breaker=True, batch=25)
    turns = list(sender.run(iter(rows_of(people(500)))))
    decided, notes = list(decided_in(turns)), [note for turn in turns for note in turn.notes]
    assert {(s.outcome, s.attempts) for s in decided} == {(Outcome.ACCEPTED, 1)}
    assert sorted(sizes(exchange)) == [1] * 500 + [25] * 8
    assert (len(notes), sender.stopped_by) == (1, None)


def test_a_wrong_base_url_still_stops_the_run() -> None:
    """The single calls tell."""
    nothing_there = Answer(404, {}, b"")
    sender, _, _ = simulate(play(nothing_there, nothing_there), has_breaker=True, batch=25)
    decided = list(decided_in(sender.run(iter(rows_of(people(500))))))
    assert {s.outcome for s in decided} == {Outcome.SKIPPED}
    assert sender.stopped_by is not None
    assert sender.stopped_by.code == "wrong_base_url"


@pytest.mark.parametrize(
    ("reply", "code", "outcome"),
    [(KEY_REFUSED, "key_refused", Outcome.SKIPPED), (USED_UP, "quota", Outcome.FAILED)],
)
def test_what_stops_single_calls_stops_batches(reply: Answer, code: str, outcome: Outcome) -> None:
    """After the calls under way."""
    sender, exchange, _ = simulate(play(reply), has_breaker=True, batch=25)
    decided = list(decided_in(sender.run(iter(rows_of(people(1000))))))
    assert [s.outcome for s in decided] == [outcome] * 200
    assert len(exchange.calls) == 8
    assert sender.stopped_by is not None
    assert sender.stopped_by.code == code


def test_a_stop_leaves_the_rows_of_hanging_batches_undone() -> None:
    """All of them are told of, and are there for the next run."""
    sender, exchange, clock = simulate(
        lambda _c, _t: SimulatedReply(60.0, DONE, True),
        concurrency=2,
        has_breaker=True,
        batch=5,
        stop_at=1.0,
    )
    run = decided_in(sender.run(iter(rows_of(people(50)))))
    decided = list(run)
    assert [(s.outcome, s.attempts) for s in decided] == [(Outcome.SKIPPED, 1)] * 10
    assert (sender.in_flight, sizes(exchange), clock.now()) == (2, [5, 5], 11.0)
    assert sender.addresses_in_flight() == [f"p{n}@example.com" for n in range(10)]


def test_a_stop_leaves_the_rest_of_a_batch_taken_apart_undone() -> None:
    """What the batch was told is said of its rows; nobody is accepted by half."""
    sender, exchange, _ = simulate(
        lambda call, _t: SimulatedReply(0.9, REJECTED if is_batch(call) else OK, True),
        concurrency=1,
        has_breaker=True,
        batch=5,
        stop_at=1.0,
    )
    decided = list(decided_in(sender.run(iter(rows_of(people(50))))))
    outcomes = [(s.outcome, s.attempts) for s in decided]
    assert outcomes == [(Outcome.ACCEPTED, 2)] + [(Outcome.SKIPPED, 1)] * 4
    assert sizes(exchange) == [5, 1]


def test_a_thousand_rejected_rows_stop_a_run_of_batches_too() -> None:
    """A batch that is refused neither counts as one nor begins the count anew."""
    refused = Answer(400, {}, b'{"message":"a contact is not valid"}')
    sender, _, _ = simulate(play(refused, REJECTED), has_breaker=True, batch=25)
    decided = list(decided_in(sender.run(iter(rows_of(people(3000))))))
    rejected = sum(s.outcome is Outcome.REJECTED for s in decided)
    assert 1000 <= rejected <= 1008
    assert sender.stopped_by is not None
    assert sender.stopped_by.code == "same_rejection"


def test_an_outage_takes_few_calls_and_no_row_of_batches() -> None:
    """Batches cut off while it lasts are decided row by row when it is over."""

    def decide(call: Call, now: float) -> SimulatedReply:
        if 2 < now < 600:
            return SimulatedReply(0.05, LOST, False)
        return SimulatedReply(0.05, DONE if is_batch(call) else OK, True)

    sender, exchange, _ = simulate(decide, cap_per_s=50, has_breaker=True, batch=25)
    decided = list(decided_in(sender.run(iter(rows_of(people(10_000))))))
    assert [s.outcome for s in decided] == [Outcome.ACCEPTED] * 10_000
    assert len(exchange.calls) < 10_000 / 25 + 700


def rows_per_s(batch: int, count: int) -> float:
    """Rows accepted per second by a service that takes twenty calls a second, five at once."""
    bucket = TokenBucket([(0.0, 20.0)], burst=5)

    def decide(call: Call, now: float) -> SimulatedReply:
        is_taken = bucket.takes(now)
        answer = DONE if is_batch(call) else OK
        return SimulatedReply(0.06, answer if is_taken else THROTTLED, is_taken)

    sender, _, clock = simulate(decide, concurrency=50, has_breaker=True, batch=batch)
    decided = list(decided_in(sender.run(iter(rows_of(people(count))))))
    assert [s.outcome for s in decided] == [Outcome.ACCEPTED] * count
    return count / clock.now()


def test_batches_multiply_what_a_limit_lets_through() -> None:
    """Twenty-five rows a call are at least fifteen times the rows a second of single calls."""
    assert rows_per_s(25, 15_000) >= 15 * rows_per_s(1, 600)


def test_rows_that_were_put_off_come_back_before_the_others() -> None:
    """At their moment, not before; together, where they were put off together."""
    first, second, third = (attempt_at(row, joins=True) for row in rows_of(people(3)))
    batches = Batches(2)
    batches.add(third)
    batches.put_off(second, 5.0)
    batches.put_off(first, 5.0)
    batches.take_due(4.9)
    assert (batches.ready, batches.due_at) == (1, 5.0)
    batches.take_due(5.0)
    assert (batches.ready, batches.due_at, list(batches)) == (3, None, [second, first, third])
    assert [batches.take(), batches.take(), bool(batches)] == [[second, first], [third], False]


def test_rows_of_a_refused_batch_stay_alone_when_they_are_sent_again() -> None:
    """Joined again, one of them would have them all refused for ever."""
    first = [THROTTLED] * 3

    def decide(call: Call, _now: float) -> SimulatedReply:
        if is_batch(call):
            return SimulatedReply(0.05, REJECTED, False)
        return SimulatedReply(0.05, first.pop() if first else OK, True)

    sender, exchange, _ = simulate(decide, has_breaker=True, batch=3, concurrency=3)
    decided = list(decided_in(sender.run(iter(rows_of(people(3))))))
    assert {one.outcome for one in decided} == {Outcome.ACCEPTED}
    assert sizes(exchange) == [3, *[1] * 6]
