"""Pages of a collection, from services that page in ways of their own."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.account.paging import PAGE_LIMIT, Item, PagedReading, PageRequest

Service = Callable[[int, int], object]
"""Answers (offset, limit) with a page's body."""


def tags(count: int) -> list[dict[str, object]]:
    return [{"id": f"tag_{number}", "name": f"tag {number}"} for number in range(count)]


def capped(count: int, cap: int) -> Service:
    members = tags(count)
    return lambda offset, limit: members[offset : offset + min(limit, cap)]


def read(
    reading: PagedReading, service: Service, *, draw: Callable[[int], int] = lambda _: 0
) -> list[Item]:
    """Read to the end; `draw(n)` says which of the n pages under way comes next."""
    found: list[Item] = []
    under_way: list[PageRequest] = []
    for _ in range(100_000):
        while (request := reading.next_request()) is not None:
            under_way.append(request)
        if not under_way:
            assert reading.is_done
            return found
        request = under_way.pop(draw(len(under_way)))
        found += reading.take(request, service(request.offset, PAGE_LIMIT))
    raise AssertionError("it has no end")


def numbers(items: list[Item]) -> list[int]:
    return sorted(int(item["id"].partition("_")[2]) for item in items)


@pytest.mark.parametrize("cap", [1, 2, 7, 10, 25, 50, 99, 100])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 24, 25, 26, 99, 100, 101, 200, 333])
def test_a_service_that_caps_the_limit_is_read_to_its_end(cap: int, count: int) -> None:
    """Whatever a page holds at most, every member is seen once, and the end is certain."""
    reading = PagedReading("/tag")
    found = read(reading, capped(count, cap))
    assert numbers(found) == list(range(count))
    assert reading.is_complete
    assert reading.problem is None
    assert reading.pages <= 2 * (count // cap + 1) + 1


def test_a_whole_collection_in_spite_of_the_limit_is_complete() -> None:
    """A service that ignores the limit gives all at once; the page behind it is empty."""
    members = tags(250)
    reading = PagedReading("/tag")
    found = read(reading, lambda offset, _: members[offset:])
    assert (numbers(found), reading.is_complete) == (list(range(250)), True)


@pytest.mark.parametrize(("count", "is_certain"), [(3, True), (9, True), (10, False), (250, True)])
def test_the_same_page_whatever_the_offset_is_complete_only_where_no_limit_cut_it(
    count: int, *, is_certain: bool
) -> None:
    """Ten may be the first ten of many; three, or more than asked for, are all there are."""
    reading = PagedReading("/tag")
    found = read(reading, lambda *_: tags(count))
    assert numbers(found) == list(range(count))
    assert reading.is_complete is is_certain
    assert reading.problem == (None if is_certain else "it returns the same page repeatedly")
    assert reading.pages <= 5


def test_a_first_page_of_the_limit_that_comes_again_is_not_all_there_is() -> None:
    """A service that ignores the offset and keeps to the limit never shows the others."""
    reading = PagedReading("/tag")
    found = read(reading, lambda _, limit: tags(300)[:limit])
    assert (len(found), reading.is_complete) == (100, False)
    assert reading.pages < 10


def test_a_last_page_given_for_every_offset_behind_it_is_the_end() -> None:
    """A service that moves the offset back into the collection repeats its last page."""
    members = tags(250)
    reading = PagedReading("/tag")
    found = read(reading, lambda offset, limit: members[min(offset, 200) :][:limit])
    assert (numbers(found), reading.is_complete) == (list(range(250)), True)


def test_what_a_short_page_left_out_is_asked_for() -> None:
    """A page amid others that was cut off is continued where it ends."""
    members = tags(1000)

    def service(offset: int, limit: int) -> object:
        return members[offset:][: 40 if offset in {300, 340} else limit]

    reading = PagedReading("/tag")
    found = read(reading, service)
    assert (numbers(found), reading.is_complete) == (list(range(1000)), True)


def test_members_that_are_counted_and_not_shown_leave_no_gaps() -> None:
    """Pages may be short because the service leaves members out after it counted them."""
    shown = [tag for tag in tags(2000) if int(str(tag["id"])[4:]) % 9]
    members = tags(2000)

    def service(offset: int, limit: int) -> object:
        return [tag for tag in members[offset : offset + limit] if tag in shown]

    reading = PagedReading("/tag")
    found = read(reading, service)
    assert numbers(found) == numbers(list(shown))
    assert reading.is_complete
    assert reading.pages <= 60


def test_a_page_that_comes_empty_by_mistake_is_asked_for_again() -> None:
    """Pages behind it show that it is not the end."""
    members, blank = tags(1000), {200}

    def service(offset: int, limit: int) -> object:
        if offset in blank:
            blank.clear()
            return []
        return members[offset : offset + limit]

    reading = PagedReading("/tag")
    found = read(reading, service)
    assert (numbers(found), reading.is_complete) == (list(range(1000)), True)


def test_a_page_that_stays_empty_amid_others_leaves_the_rest_in_doubt() -> None:
    """What it should have held may be there all the same."""
    members = tags(1000)

    def service(offset: int, limit: int) -> object:
        return [] if offset == 300 else members[offset : offset + limit]

    reading = PagedReading("/tag")
    found = read(reading, service, draw=lambda count: count - 1)
    assert numbers(found) == [*range(300), *range(400, 1000)]
    assert not reading.is_complete
    assert reading.problem == "a page before the end was empty"


def test_a_page_that_is_repeated_amid_others_leaves_the_rest_in_doubt() -> None:
    """Its own members were not seen."""
    members = tags(600)

    def service(offset: int, limit: int) -> object:
        return members[100:200] if offset == 200 else members[offset : offset + limit]

    reading = PagedReading("/tag")
    found = read(reading, service)
    assert numbers(found) == [*range(200), *range(300, 600)]
    assert not reading.is_complete
    assert reading.problem is not None


def test_members_that_move_to_the_next_page_count_once() -> None:
    """Others come in at the front while it is read."""
    members = tags(500)
    coming = iter(range(500, 600))

    def service(offset: int, limit: int) -> object:
        members.insert(0, {"id": f"tag_{next(coming)}", "name": "new"})
        return members[offset : offset + limit]

    found = read(PagedReading("/tag"), service)
    assert len(numbers(found)) == len(set(numbers(found)))
    assert set(range(500)) <= set(numbers(found))


def test_members_that_vanish_while_it_is_read_end_it_all_the_same() -> None:
    """Those that moved to a page that was read already are not seen; nothing else is lost."""
    members = tags(1000)

    def service(offset: int, limit: int) -> object:
        page = members[offset : offset + limit]
        del members[:3]
        return page

    found = read(PagedReading("/tag"), service)
    assert len(numbers(found)) == len(set(numbers(found)))
    assert len(found) > 900


@pytest.mark.parametrize("body", [None, {}, {"data": []}, "<html>", 7, True])
def test_what_is_no_list_ends_the_reading_with_a_reason(body: object) -> None:
    """Nothing is raised, and nothing else is asked for."""
    reading = PagedReading("/tag")
    assert read(reading, lambda *_: body) == []
    assert (reading.pages, reading.is_complete) == (1, False)
    assert reading.problem == "its response is not a list"


def test_members_that_are_no_objects_are_left_out() -> None:
    """They count as members of the page, and nobody else has to know of them."""
    body: list[object] = [None, 5, "x", [], [[[]]], {"id": "tag_1"}, {"id": None, "email": ""}, {}]
    reading = PagedReading("/tag")
    found = read(reading, lambda offset, _: body[offset:])
    assert found == [{"id": "tag_1"}, {"id": None, "email": ""}, {}]
    assert reading.is_complete


def test_members_nested_too_deeply_are_taken_all_the_same() -> None:
    """Nothing that a service can say is a reason to end."""
    nested: object = 0
    for _ in range(5000):
        nested = [nested]
    assert PagedReading("/tag").take(PageRequest(PagedReading("/tag"), 0), [nested]) == []


def test_no_more_pages_are_asked_for_than_may_be() -> None:
    """A reading of five pages at most has 500 members at most, and does not claim to be all."""
    reading = PagedReading("/contact", max_pages=5)
    assert len(read(reading, capped(100_000, 100))) == 500
    assert (reading.pages, reading.is_complete, reading.problem) == (5, False, None)


def test_a_reading_that_is_stopped_asks_for_no_further_page() -> None:
    """What was looked for was found."""
    reading = PagedReading("/contact")
    request = reading.next_request()
    assert request is not None
    reading.take(request, tags(100))
    reading.stop()
    assert reading.next_request() is None
    assert (reading.is_done, reading.is_complete) == (True, False)


def test_pages_that_fail_behind_the_end_do_not_matter() -> None:
    """They would have been empty."""
    reading = PagedReading("/tag")
    first = reading.next_request()
    assert first is not None
    reading.take(first, tags(100))
    second, third = reading.next_request(), reading.next_request()
    assert second is not None
    assert third is not None
    reading.fail(third, "HTTP 500")
    before = (reading.is_complete, reading.problem)
    reading.take(second, [])
    assert before == (False, "HTTP 500")
    assert (reading.is_complete, reading.problem) == (True, None)


def test_a_large_collection_is_asked_for_side_by_side() -> None:
    """After a few pages many are under way."""
    reading = PagedReading("/contact")
    service, most = capped(10_000, 100), 0
    under_way: list[PageRequest] = []
    while not reading.is_done:
        while (request := reading.next_request()) is not None:
            under_way.append(request)
        most = max(most, len(under_way))
        first = under_way.pop(0)
        reading.take(first, service(first.offset, PAGE_LIMIT))
    assert most >= 32


@given(
    count=st.integers(0, 1500),
    cap=st.integers(1, 130),
    short=st.dictionaries(st.integers(0, 1500), st.integers(1, 130), max_size=6),
    seed=st.integers(0, 1 << 32),
)
def test_a_stable_collection_is_read_exactly_once_in_any_order_of_arrival(
    count: int, cap: int, short: dict[int, int], seed: int
) -> None:
    """Whatever a page holds at most, some pages cut off, and whichever comes first."""
    members, luck = tags(count), random.Random(seed)

    def service(offset: int, limit: int) -> object:
        return members[offset:][: min(cap, short.get(offset, limit))]

    reading = PagedReading("/tag")
    found = read(reading, service, draw=luck.randrange)
    assert numbers(found) == list(range(count))
    assert reading.is_complete
    needed = count // cap + 1
    assert reading.pages <= min(2 * needed, needed + 64) + 4 * len(short) + 4


@given(
    count=st.integers(0, 800),
    cap=st.integers(1, 130),
    faults=st.dictionaries(
        st.integers(0, 30), st.sampled_from(["empty", "repeat", "first", "fail", "cut"]), max_size=5
    ),
    seed=st.integers(0, 1 << 32),
)
def test_a_reading_is_complete_only_if_every_member_was_seen(
    count: int, cap: int, faults: dict[int, str], seed: int
) -> None:
    """Whatever goes wrong with which page: what is not seen is never said not to be there."""
    members, luck = tags(count), random.Random(seed)
    reading = PagedReading("/tag")
    found: list[Item] = []
    under_way: list[PageRequest] = []
    number = 0
    while not reading.is_done:
        while (request := reading.next_request()) is not None:
            under_way.append(request)
        request = under_way.pop(luck.randrange(len(under_way)))
        page = members[request.offset : request.offset + min(cap, PAGE_LIMIT)]
        match faults.get(number):
            case "empty":
                page = []
            case "repeat":
                page = members[max(request.offset - cap, 0) :][: min(cap, PAGE_LIMIT)]
            case "first":
                page = members[: min(cap, PAGE_LIMIT)]
            case "cut":
                page = page[: max(len(page) // 2, 1)]
            case _:
                pass
        number += 1
        if faults.get(number - 1) == "fail":
            reading.fail(request, "HTTP 500")
        else:
            found += reading.take(request, page)
    assert len(numbers(found)) == len(set(numbers(found)))
    if reading.is_complete and not _ends_early(faults, len(found), cap):
        assert numbers(found) == list(range(count))
    assert number <= 2 * (count // cap + 1) + 30


def _ends_early(faults: dict[int, str], found: int, cap: int) -> bool:
    """Whether an empty page at the very end of what was seen cannot be told from the end."""
    return "empty" in faults.values() and found % min(cap, PAGE_LIMIT) == 0


@pytest.mark.parametrize("member", ["id", "email"])
def test_members_are_told_apart_by_their_id_or_their_address(member: str) -> None:
    """Whatever else of them changes from page to page."""
    asked: list[int] = []

    def service(offset: int, _limit: int) -> list[dict[str, object]]:
        asked.append(offset)
        return [{member: f"{name}@b.co", "seen": len(asked)} for name in ("ann", "bob", "cid")]

    reading = PagedReading("/team/member")
    assert [item["seen"] for item in read(reading, service)] == [1, 1, 1]
    assert reading.is_complete
