"""Reading an account, from services that behave and from those that do not."""

import json
import random
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.account.finding import find_contacts
from sendx_cli.account.reader import contact_pages
from sendx_cli.core.account.catalogue import Catalogue
from sendx_cli.core.replies.answers import Answer, TransportFailure
from tests.account.simulated_account import (
    NAMES,
    NEVER,
    SimulatedAccount,
    contacts,
    page_of,
)
from tests.simulation.simulated_run import LOST, TROUBLE, UNREACHED
from tests.simulation.simulated_service import TokenBucket

PATHS = ["/tag", "/customfield", "/list", "/team/member"]
HTML = Answer(200, {"content-type": "text/html"}, b"<html>log in</html>")
REFUSED = Answer(401, {}, b'{"message":"Invalid API key"}')
FORBIDDEN = Answer(403, {}, b'{"message":"not allowed"}')
NOT_FOUND = Answer(404, {}, b"")
SLOW_DOWN = Answer(429, {"retry-after": "7"}, b"")

Query = Mapping[str, str]


def test_the_names_of_an_account_are_read_side_by_side() -> None:
    """Four collections, of which each but the members is read to its end."""
    account = SimulatedAccount(NAMES)
    catalogue = account.reader.catalogue()
    assert catalogue.tag_names == {"vip", "trial"}
    assert set(catalogue.fields_by_name) == {"Plan", "Seats"}
    assert [one.id for one in catalogue.lists_named("Newsletter")] == ["list_1"]
    assert catalogue.members == ("owner@example.com",)
    assert catalogue.problems == {}
    assert catalogue.knows_all_tags
    assert catalogue.knows_all_fields
    assert catalogue.knows_all_lists
    assert [path for now, path, _ in account.asked if now == 0.0] == PATHS
    assert len(account.asked) == 7


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (NOT_FOUND, "HTTP 404 Not Found"),
        (FORBIDDEN, "not allowed (HTTP 403)"),
        (REFUSED, "Invalid API key (HTTP 401)"),
        (TROUBLE, "Internal server error occurred (HTTP 500)"),
        (Answer(200, {}, b'{"tags":[]}'), "its response is not a list"),
        (Answer(200, {}, b'{"status":"error","message":"two\\nlines"}'), "two lines (HTTP 200)"),
        (Answer(200, {}, b"null"), "an answer that is not a JSON object (HTTP 200)"),
        (Answer(302, {"location": "/login"}, b""), "redirected to another URL (HTTP 302)"),
        (LOST, "the connection broke"),
    ],
)
def test_one_collection_that_cannot_be_read_does_not_touch_the_others(
    path: str, reply: Answer | TransportFailure, reason: str
) -> None:
    """It is told why, on one line, and nothing is said not to be there."""
    account = SimulatedAccount(NAMES, lambda at, _query, _now: reply if at == path else None)
    catalogue = account.reader.catalogue()
    assert catalogue.problems == {path: reason}
    assert catalogue.knows_all_tags is (path != "/tag")
    assert catalogue.knows_all_fields is (path != "/customfield")
    assert catalogue.knows_all_lists is (path != "/list")


def test_a_login_page_in_place_of_the_first_answers_is_told_as_one() -> None:
    """And nothing is raised."""
    account = SimulatedAccount(NAMES, lambda *_: HTML)
    problems = account.reader.catalogue().problems
    assert set(problems) == set(PATHS)
    assert "received a web page instead of an answer of the contact API (HTTP 200)" in (
        problems.values()
    )


def test_nothing_is_asked_before_the_service_allows_it() -> None:
    """A 429 with Retry-After is obeyed, and the page is read afterwards."""
    account = SimulatedAccount(
        {"/contact": contacts(150)},
        lambda _path, query, now: SLOW_DOWN if query["offset"] == "100" and now < 5 else None,
    )
    reading = contact_pages()
    found = list(account.reader.contacts(reading, Catalogue()))
    times = [now for now, _, query in account.asked if query["offset"] == "100"]
    assert (len(found), reading.is_complete) == (150, True)
    assert times[1] - times[0] >= 7.0


def test_a_page_that_fails_at_first_is_read_by_a_retry() -> None:
    """Server errors, lost connections and broken answers come before it."""
    replies: Iterator[Answer | TransportFailure] = iter([TROUBLE, LOST, Answer(200, {}, b"[{]")])
    account = SimulatedAccount(
        {"/contact": contacts(250)},
        lambda _path, query, _now: next(replies, None) if query["offset"] == "100" else None,
    )
    reading = contact_pages()
    assert len(list(account.reader.contacts(reading, Catalogue()))) == 250
    assert reading.is_complete


def test_a_service_that_cannot_be_reached_is_given_up_within_seconds() -> None:
    """The number of retries holds before anything was read."""
    account = SimulatedAccount(NAMES, lambda *_: UNREACHED)
    catalogue = account.reader.catalogue()
    assert catalogue.problems == dict.fromkeys(PATHS, "cannot connect")
    assert account.clock.now() < 10.0


def test_an_interruption_of_twenty_seconds_ends_no_reading() -> None:
    """Once there was an answer, requests that never left are no reason to end."""
    account = SimulatedAccount(
        {"/contact": contacts(5000)},
        lambda _path, _query, now: UNREACHED if 0.2 < now < 20.0 else None,
    )
    reading = contact_pages()
    assert len(list(account.reader.contacts(reading, Catalogue()))) == 5000
    assert reading.is_complete


@pytest.mark.parametrize("reply", [NEVER, SLOW_DOWN, Answer(429, {}, b"")])
def test_a_minute_without_a_page_ends_all_reading(reply: Answer | TransportFailure) -> None:
    """Whatever the time-out of a call is, and however often it may be retried."""
    account = SimulatedAccount(NAMES | {"/contact": contacts(5)}, lambda *_: reply)
    catalogue = account.reader.catalogue()
    assert catalogue.problems == dict.fromkeys(PATHS, "it returned no page for a minute")
    calls, ended_at = account.reader.calls, account.clock.now()
    reading = contact_pages()
    assert list(account.reader.contacts(reading, catalogue)) == []
    assert reading.problem == "it returned no page for a minute"
    assert 60.0 <= ended_at <= 61.0
    assert (account.reader.calls, account.clock.now()) == (calls, ended_at)


def test_a_service_that_stops_answering_is_given_up_after_a_minute() -> None:
    """Counted from the last page that it gave."""
    account = SimulatedAccount(
        {"/contact": contacts(9000)}, lambda _path, _query, now: NEVER if now > 0.4 else None
    )
    reading = contact_pages()
    found = list(account.reader.contacts(reading, Catalogue()))
    assert 0 < len(found) < 9000
    assert not reading.is_complete
    assert reading.problem == "it returned no page for a minute"
    assert 60.0 < account.clock.now() < 63.0


def test_a_wait_of_an_hour_is_not_waited_for() -> None:
    """The service says that it will not answer before."""
    busy = Answer(429, {"retry-after": "3600"}, b"")
    account = SimulatedAccount(NAMES, lambda *_: busy)
    assert set(account.reader.catalogue().problems) == set(PATHS)
    assert account.clock.now() < 1.0


def test_whoever_takes_the_pages_may_be_slow() -> None:
    """Only time in which the service is waited for counts."""
    account = SimulatedAccount({"/contact": contacts(1000)})
    reading = contact_pages()
    found = 0
    for _ in account.reader.contacts(reading, Catalogue()):
        found += 1
        account.clock.seconds += 100.0
    assert (found, reading.is_complete) == (1000, True)


def test_a_key_that_is_refused_is_not_tried_for_every_address() -> None:
    """What no request can change is asked once, by the calls that begin together."""
    account = SimulatedAccount(NAMES, lambda *_: REFUSED)
    addresses = [f"p{number}@example.com" for number in range(1000)]
    found = list(account.reader.search(addresses, Catalogue()))
    assert {one.problem for one in found} == {"Invalid API key (HTTP 401)"}
    assert sorted(one.address for one in found) == sorted(addresses)
    assert account.reader.calls <= 8
    assert account.reader.refusal is not None
    assert account.reader.refusal.code == "key_refused"


def test_the_contact_whose_address_is_equal_is_found_among_the_hits() -> None:
    """Not the first hit; case does not matter, and the search ends with it."""
    people: list[dict[str, object]] = [
        {"id": "contact_1", "email": "mary-ann@example.com"},
        {"id": "contact_2", "email": "ann@example.com.au"},
        {"id": "contact_3", "email": "Ann@Example.com"},
    ]
    account = SimulatedAccount({"/contact": people})
    (found,) = account.reader.search(["ann@example.com"], Catalogue())
    assert found.contact is not None
    assert (found.contact.id, found.problem) == ("contact_3", None)
    assert account.reader.calls == 1


def test_a_domain_with_other_letters_is_found_in_either_form() -> None:
    """The service may keep it as it was sent, or in ASCII."""
    people: list[dict[str, object]] = [{"id": "contact_1", "email": "ann@xn--bcher-kva.example"}]
    account = SimulatedAccount({"/contact": people})
    (found,) = account.reader.search(["ann@bücher.example"], Catalogue())
    assert found.contact is not None


def test_no_hit_that_is_equal_means_that_there_is_no_such_contact() -> None:
    """Only the end of the hits says so."""
    people: list[dict[str, object]] = [
        {"id": f"contact_{n}", "email": f"x{n}ann@example.com"} for n in range(150)
    ]
    account = SimulatedAccount({"/contact": people})
    (found,) = account.reader.search(["ann@example.com"], Catalogue())
    assert (found.contact, found.problem) == (None, None)


def test_one_search_that_is_refused_is_not_held_against_the_others() -> None:
    """The service may dislike an address."""
    account = SimulatedAccount(
        {"/contact": contacts(20)},
        lambda _path, query, _now: Answer(400, {}, b"") if query["search"][1] == "3" else None,
    )
    addresses = ["p3@example.com", "p4@example.com", "p99@example.com"]
    found = {one.address: one for one in account.reader.search(addresses, Catalogue())}
    assert found["p3@example.com"].problem == "HTTP 400 Bad Request"
    assert found["p4@example.com"].contact is not None
    assert (found["p99@example.com"].contact, found["p99@example.com"].problem) == (None, None)


def test_a_service_that_ignores_what_is_searched_for_is_not_read_to_its_end_each_time() -> None:
    """It cannot be said whether the contact is there."""
    people = contacts(50_000)

    def whole(_path: str, query: Query, _now: float) -> Answer:
        return page_of(people, {**query, "search": ""})

    account = SimulatedAccount({}, whole)
    (found,) = account.reader.search(["p49999@example.com"], Catalogue())
    assert found.problem == "too many contacts match"
    assert account.reader.calls <= 20


def test_many_are_found_by_pages_and_the_others_by_searches() -> None:
    """Each address once, in no more calls than half of them and one for each that is not there."""
    account = SimulatedAccount({"/contact": contacts(2000)})
    addresses = [f"P{number}@example.com" for number in range(0, 2100, 2)] + ["p0@example.com"]
    found = list(find_contacts(account.reader, Catalogue(), addresses))
    assert len(found) == len(addresses) - 1
    assert sum(one.contact is not None for one in found) == 1000
    assert account.reader.calls <= 20 + 8 + 50


def test_pages_are_read_no_further_than_all_are_found() -> None:
    """What was looked for stands at the beginning of a large account."""
    account = SimulatedAccount({"/contact": contacts(50_000)})
    addresses = [f"p{number}@example.com" for number in range(400)]
    found = list(find_contacts(account.reader, Catalogue(), addresses))
    assert all(one.contact is not None for one in found)
    assert account.reader.calls <= 20


def test_searches_keep_to_a_limit_as_writes_do() -> None:
    """At 100 calls a second nearly all of it is used, and few calls are refused."""
    service = TokenBucket(steps=[(0.0, 100.0)], burst=5.0)

    def limited(_path: str, _query: Query, now: float) -> Answer | None:
        return None if service.takes(now) else Answer(429, {}, b"")

    account = SimulatedAccount({"/contact": contacts(50)}, limited, concurrency=64)
    addresses = [f"p{number}@example.com" for number in range(3000)]
    found = list(account.reader.search(addresses, Catalogue()))
    assert len(found) == 3000
    assert not any(one.problem for one in found)
    refused = account.answered.count(429)
    assert refused / len(account.answered) < 0.05
    assert 3000 / account.clock.now() > 90.0


def test_pages_keep_to_a_limit_as_writes_do() -> None:
    """A large account is read as fast as the limit allows."""
    service = TokenBucket(steps=[(0.0, 100.0)], burst=5.0)
    people = contacts(100)

    def limited(_path: str, query: Query, now: float) -> Answer | None:
        if not service.takes(now):
            return Answer(429, {}, b"")
        offset = int(query["offset"])
        page = [{**one, "id": f"contact_{offset}_{n}"} for n, one in enumerate(people)]
        return Answer(200, {}, json.dumps(page if offset < 200_000 else []).encode())

    account = SimulatedAccount({}, limited, concurrency=64, latency_s=0.2)
    reading = contact_pages()
    assert len(list(account.reader.contacts(reading, Catalogue()))) == 200_000
    assert reading.is_complete
    assert reading.pages <= 2000 + 65
    assert account.answered.count(429) / len(account.answered) < 0.05
    assert 2000 / account.clock.now() > 85.0


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "email", "name", "type", "tags", "customFields", "lists", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
_REPLIES = st.one_of(
    st.sampled_from([LOST, UNREACHED, NEVER, NOT_FOUND, REFUSED, SLOW_DOWN, HTML, TROUBLE]),
    st.builds(lambda value: Answer(200, {}, json.dumps(value).encode()), _JSON),
    st.builds(
        lambda status, body: Answer(status, {}, body), st.integers(200, 599), st.binary(max_size=20)
    ),
)


@given(replies=st.lists(_REPLIES, max_size=30), seed=st.integers(0, 1 << 32))
def test_reading_raises_nothing_and_ends(
    replies: list[Answer | TransportFailure], seed: int
) -> None:
    """Whatever the service says to any page, in virtual time."""
    luck = random.Random(seed)

    def fault(_path: str, _query: Query, _now: float) -> Answer | TransportFailure | None:
        return luck.choice(replies) if replies and luck.random() < 0.7 else None

    account = SimulatedAccount(NAMES | {"/contact": contacts(300)}, fault)
    catalogue = account.reader.catalogue()
    reading = contact_pages(max_pages=20)
    list(account.reader.contacts(reading, catalogue))
    addresses = [f"p{number}@example.com" for number in range(40)]
    found = list(account.reader.search(addresses, catalogue))
    assert sorted(one.address for one in found) == sorted(addresses)
    assert account.reader.calls < 3000
