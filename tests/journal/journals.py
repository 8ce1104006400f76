"""Runs for the tests of the journal."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sendx_cli.clock import Clock
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.rows import Decided, Row
from sendx_cli.journal.opening import create_journal
from sendx_cli.journal.rows import State
from sendx_cli.journal.run_header import RunHeader, key_fingerprint
from sendx_cli.journal.store import RunJournal
from tests.clocks import HandClock

HEADER = RunHeader(
    tool_version="1.0",
    action="identify",
    source="people.csv",
    source_path="/home/ana/people.csv",
    source_sha256="5f" * 32,
    source_bytes=1234,
    origin="https://api.example.com",
    key_fingerprint=key_fingerprint("a key"),
    profile="main",
    mapping="Email=email",
    options="",
    started_at=1_795_000_000.0,
)
VERDICTS = {
    Outcome.ACCEPTED: Verdict(Kind.ACCEPTED, "accepted", "OK", None, 200, {}),
    Outcome.REJECTED: Verdict(Kind.REFUSED, "rejected", "bad birthday", "mend it", 400, {}),
    Outcome.FAILED: Verdict(Kind.AMBIGUOUS, "server_error", "HTTP 500", None, 500, {}),
    Outcome.UNKNOWN: Verdict(Kind.AMBIGUOUS, "timeout", "no answer in 30 s"),
    Outcome.SKIPPED: Verdict(Kind.THROTTLED, "throttled", "slow down", None, 429, {}),
}


def people(count: int) -> list[Contact]:
    return [Identify(email=f"p{n}@example.com", tags=("vip",)) for n in range(count)]


def tracked(count: int) -> list[Contact]:
    return [Track(email=f"p{n}@example.com", add_tags=("vip",)) for n in range(count)]


def as_rows(contacts: Iterable[Contact]) -> list[Row]:
    return [Row(number, contact, number + 2) for number, contact in enumerate(contacts)]


def pending(journal: RunJournal) -> list[Row]:
    """Rows to be sent, without the bodies that their payloads were kept as."""
    return [row._replace(body=b"") for row in journal.pending()]


def begin(
    directory: Path,
    contacts: Sequence[Contact],
    clock: Clock | None = None,
    header: RunHeader = HEADER,
) -> RunJournal:
    """A run of these contacts, ready to be sent."""
    action = contacts[0].action if contacts else "identify"
    journal = create_journal(directory, replace(header, action=action), clock or HandClock())
    journal.add(as_rows(contacts))
    journal.seal()
    return journal


def path_of(directory: Path) -> Path:
    """The only journal there."""
    (path,) = directory.glob("*.sqlite3")
    return path


def decided(row: Row, outcome: Outcome) -> Decided:
    return Decided(row, outcome, VERDICTS[outcome], attempts=1, elapsed_s=0.125)


def states(journal: RunJournal) -> list[State]:
    return [recorded.state for recorded in journal.view.rows(list(State))]
