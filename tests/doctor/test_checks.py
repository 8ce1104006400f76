import socket
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from sendx_cli.core.pacing.limit_search import LimitSearch
from sendx_cli.core.pacing.rate_record import packed
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.doctor import machine, service
from sendx_cli.doctor.check import Check, State

NOON = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


def answer_of(**headers: str) -> Answer:
    return Answer(200, headers, b"[]")


@pytest.mark.parametrize(
    ("ahead_s", "found"),
    [
        (0, None),
        (30, None),
        (-30, None),
        (31, "31 s ahead of"),
        (-119, "119 s behind"),
        (-180, "3 min behind"),
        (86_400, "1440 min ahead of"),
    ],
)
def test_a_clock_is_told_of_from_half_a_minute_on(ahead_s: int, found: str | None) -> None:
    """A `Date` header has whole seconds, and a way to go."""
    reply = answer_of(date=format_datetime(NOON, usegmt=True))
    check = service.clock(reply, NOON.timestamp() + ahead_s)
    assert check.state is (State.OK if found is None else State.WARNING)
    assert found is None or f" is {found} the service's" in check.found


@pytest.mark.parametrize(
    "reply",
    [
        answer_of(),
        answer_of(date="yesterday"),
        answer_of(date=""),
        TransportFailure("timeout", "x", may_have_arrived=True),
    ],
)
def test_without_a_date_no_clock_is_compared(reply: Answer | TransportFailure) -> None:
    """What the service does not say is not guessed."""
    assert service.clock(reply, 0.0).state is State.SKIPPED


@pytest.mark.parametrize(
    ("age_s", "cap", "found"),
    [
        (5.0, None, "about 95/s, just now"),
        (600.0, None, "about 95/s, 10 min ago"),
        (7200.0, 50.0, "about 95/s, 2 h ago, so it will be searched again; capped at 50/s"),
    ],
)
def test_the_limit_that_is_known_is_told(age_s: float, cap: float | None, found: str) -> None:
    """With its age, and the cap of the settings."""
    record = packed(0.0, 0.0, 1000.0, LimitSearch.from_limit(0.0, 95.0).state())
    assert machine.rate_known(record, 1000.0 + age_s, cap) == Check("rate", State.OK, found)


@pytest.mark.parametrize("record", [b"", b"x" * 100])
def test_no_limit_known_is_told_as_such(record: bytes) -> None:
    """A broken record is none."""
    assert machine.rate_known(record, 0.0, None).found == "no limit found yet"


def test_a_name_with_many_addresses_is_shown_with_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, in the order of the answer."""
    facts = [(0, 0, 0, "", (f"10.0.0.{n // 2}", 0)) for n in range(10)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_named: facts)
    check = service.name_look_up("https://api.example/x")
    assert check.found == "api.example is 10.0.0.0, 10.0.0.1, 10.0.0.2 and 2 more"


def test_a_name_service_without_an_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The look-up continues in its thread; the check ends."""
    import threading

    never = threading.Event()

    def look_up(*_arguments: object, **_named: object) -> list[object]:
        never.wait(60.0)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(service, "LOOK_UP_TIMEOUT_S", 0.05)
    check = service.name_look_up("https://api.example/x")
    never.set()
    assert (check.state, check.exit_code) == (State.FAILED, 5)


def test_a_state_directory_is_tried_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is made in it and locked, and is gone afterwards; without locks it fails."""
    directory = tmp_path / "state"
    directory.mkdir()
    assert machine.state_directory(directory) == Check("state", State.OK, str(directory))
    assert list(directory.iterdir()) == []

    def no_locks(_descriptor: int) -> bool:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(machine, "try_lock", no_locks)
    check = machine.state_directory(directory)
    assert check.state is State.FAILED
    assert check.found.endswith("no journal can be kept there: operation not supported")


def test_a_state_directory_that_may_not_be_entered_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own line says so; the other checks go on."""

    def refuse(_path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    monkeypatch.setattr(Path, "is_dir", refuse)
    for check in (machine.state_directory(tmp_path), machine.unfinished_runs(tmp_path)):
        assert (check.state, check.exit_code) == (State.FAILED, 255)
        assert check.found.endswith("no journal can be kept there: permission denied")
