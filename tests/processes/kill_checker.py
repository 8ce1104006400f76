"""Holds what a service saw against what `sendx` said: plain Python, nothing of `sendx` in it."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Call(NamedTuple):
    """A call that came to the service.

    Args:
        marks: The rows in it, by their place in the input.
        came_to: `acted`, `cut` (acted, and broke the connection off), `later` (429), `refused`
            (400), or `error` (500, and did nothing).
    """

    marks: tuple[int, ...]
    came_to: str


class Session(NamedTuple):
    """One process from its start to its end.

    Args:
        calls_before: How many calls the service had had when it began.
        calls_after: And when it had ended.
        told: The rows that it said were accepted.
        was_killed: Whether it was.
    """

    calls_before: int
    calls_after: int
    told: frozenset[int]
    was_killed: bool


@dataclass
class Account:
    """All that is known of one input.

    Args:
        rows: How many rows it has.
        contacts: Row n is of the contact n modulo this.
        is_repeatable: Whether a row may be sent again if its fate is in doubt.
        in_flight: Rows under way at a time, at most.
        calls: What the service saw, in its order.
        sessions: The processes, in their order.
    """

    rows: int
    contacts: int
    is_repeatable: bool
    in_flight: int
    calls: list[Call] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)

    def check_sessions(self) -> None:
        """Hold what must be true at any moment: order, and no row too often."""
        times: Counter[int] = Counter()
        orders: defaultdict[int, list[int]] = defaultdict(list)
        for call in self.calls:
            if call.came_to in {"acted", "cut"}:
                times.update(call.marks)
                for mark in call.marks:
                    orders[mark % self.contacts].append(mark)
        for order in orders.values():
            assert order == sorted(order), f"out of order: {order}"
        extra = times.total() - len(times)
        if not self.is_repeatable:
            assert not extra, f"acted on twice: {[m for m, n in times.items() if n > 1]}"
        kills = sum(session.was_killed for session in self.sessions)
        doubts = sum(len(call.marks) for call in self.calls if call.came_to in {"cut", "error"})
        assert extra <= self.in_flight * kills + doubts, "sent again more than was under way"
        for session in self.sessions:
            before = self._acted(0, session.calls_after)
            assert session.told <= before, f"said to be accepted: {session.told - before}"
            after = self._seen(session.calls_after)
            assert not session.told & after, (
                f"sent after they were accepted: {session.told & after}"
            )

    def check_end(self, states: Mapping[int, Sequence[str]]) -> None:
        """Hold that each row has one fate, and that it is the one the service knows of.

        Args:
            states: What is said of each row, by every run that has it.
        """
        acted = self._acted(0, len(self.calls))
        refused = {m for call in self.calls if call.came_to == "refused" for m in call.marks}
        assert set(states) == set(range(self.rows)), "rows are lost, or invented"
        for mark, said in states.items():
            (state,) = said
            match state:
                case "accepted":
                    assert mark in acted, f"{mark} was never sent"
                case "rejected":
                    assert mark in refused, f"{mark} was never refused"
                case "unknown":
                    assert not self.is_repeatable, f"{mark} could have been sent again"
                case _:
                    raise AssertionError(f"{mark} is {state}")

    def check_exit(self, code: int, run: Mapping[str, object]) -> None:
        """Hold that an exit code says of a run what `runs list` says of it."""
        worst = 0
        for count, meaning in (("rejected", 4), ("failed", 5), ("to_come", 5), ("unknown", 6)):
            if run[count]:
                worst = max(worst, meaning)
        if run["input_ended"] is False:
            worst = max(worst, 5)
        assert code == worst, (code, run)

    def _acted(self, since: int, until: int) -> set[int]:
        calls = self.calls[since:until]
        return {m for call in calls if call.came_to in {"acted", "cut"} for m in call.marks}

    def _seen(self, since: int) -> set[int]:
        return {mark for call in self.calls[since:] for mark in call.marks}


def check_whole(text: str, earlier: str, lines: Collection[int]) -> None:
    """Hold that a report is an earlier one, or has each of these lines of the input once."""
    if text == earlier:
        return
    assert text.endswith("\n"), f"cut off: {text[-100:]}"
    found = [json.loads(line)["line"] for line in text.splitlines()]
    assert sorted(found) == sorted(lines), f"{len(found)} of {len(lines)} lines: {text[-100:]}"


def accepted_in(output: str) -> list[int]:
    """Return the lines of rows that JSON Lines call accepted; a last line may be cut off."""
    found: list[int] = []
    for line in output.splitlines(keepends=True):
        if line.endswith("\n"):
            result = json.loads(line)
            if result["ok"]:
                found.append(result["line"])
    return found


def state_of(result: Mapping[str, object]) -> str:
    """Return the state that a row of `runs show` has."""
    error = result["error"]
    if result["ok"]:
        return "accepted"
    return str(error["kind"]) if isinstance(error, dict) else "pending"


_LOG_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_PAGE_BYTES = 4096


def ends_amid_a_commit(log: bytes) -> bool:
    """Whether an SQLite write-ahead file has pages behind its last commit.

    Its format is https://sqlite.org/fileformat2.html#the_write_ahead_log.
    """
    size = _FRAME_HEADER_BYTES + _PAGE_BYTES
    is_amid = 0 < len(log) < _LOG_HEADER_BYTES
    for at in range(_LOG_HEADER_BYTES, len(log), size):
        frame = log[at : at + size]
        if len(frame) < size:
            return True
        if frame[8:16] != log[16:24]:  # left from before the file was begun again
            break
        is_amid = frame[4:8] == bytes(4)
    return is_amid


def contents(contacts: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    """Return an account's contacts by their ids, without members that are empty."""
    return {
        identifier: {member: value for member, value in contact.items() if value}
        for identifier, contact in contacts.items()
    }


class WriteSeen(Protocol):
    """A write that came to the service."""

    @property
    def body(self) -> Mapping[str, object]:
        """Its contact."""

    @property
    def was_acted_on(self) -> bool:
        """Whether it changed the account."""


def check_undone(
    before: Mapping[str, Mapping[str, object]],
    after: Mapping[str, Mapping[str, object]],
    now: Mapping[str, Mapping[str, object]],
    doubtful: Collection[str],
) -> None:
    """Hold that an account is as before, but for contacts of which a row is said to be unknown.

    Args:
        before: The contacts before the run that was undone, as of `contents`.
        after: And after it.
        now: And after its undo.
        doubtful: The addresses, of before or after, of the contacts with unknown rows.
    """
    assert set(now) == set(before), "contacts were created, or are gone"
    for identifier, contact in now.items():
        names = {before[identifier]["email"], after[identifier]["email"]}
        if names.isdisjoint(doubtful):
            assert contact == before[identifier], f"{contact} was {before[identifier]}"


def check_towards(
    before: Mapping[str, Mapping[str, object]],
    after: Mapping[str, Mapping[str, object]],
    writes: Sequence[WriteSeen],
) -> int:
    """Hold that each write of an undo sets what was so before the run that it takes back.

    Args:
        before: The contacts before that run, as of `contents`.
        after: And after it: their addresses can be others.
        writes: What the service saw of the undo.

    Returns:
        How many writes changed the account that an earlier one had been like.
    """
    of_address = {
        str(contact["email"]): before[identifier]
        for contacts in (before, after)
        for identifier, contact in contacts.items()
    }
    times: Counter[str] = Counter()
    for write in writes:
        if not write.was_acted_on:
            continue
        body = write.body
        times[json.dumps(body, sort_keys=True)] += 1
        contact = of_address[str(body["email"])]
        tags = _texts(contact, "tags")
        for member, name in (("newEmail", "email"), ("firstName", "firstName")):
            assert body.get(member) in {None, contact[name]}, body
        assert body.get("customFields") in ({}, None, contact["fields"]), body
        assert _texts(body, "tags") | _texts(body, "addTags") <= tags, body
        assert not tags & _texts(body, "removeTags"), body
    return times.total() - len(times)


def _texts(members: Mapping[str, object], name: str) -> set[str]:
    found = members.get(name, ())
    assert isinstance(found, Collection)
    return set(found)
