import pytest

from sendx_cli.core.contact.contact import Identify
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.journal.results import result_of_left_out, result_of_row, sent_of_row
from sendx_cli.journal.rows import JournalRow, LeftOut, LeftOutKind, State
from sendx_cli.results import Result, ResultError, Sent

ANN = Identify(email="ann@b.co")


def told(row: JournalRow) -> Result:
    return result_of_row(row, "p.csv")


@pytest.mark.parametrize("state", [State.PENDING, State.IN_FLIGHT])
def test_a_row_without_an_outcome_is_shown_as_not_sent(state: State) -> None:
    """Before its call and while it is under way."""
    assert told(JournalRow(0, 2, ANN, state)) == Result(
        email="ann@b.co",
        action="identify",
        outcome=Outcome.SKIPPED,
        message="not sent yet",
        error=ResultError("not_sent", "not sent yet"),
        source="p.csv",
        line=2,
    )


def test_a_decided_row_is_told_as_it_was() -> None:
    """Accepted without an error, rejected with the service's words, unknown with what to do."""
    accepted = told(JournalRow(0, 2, ANN, State.ACCEPTED, 200, 1, "accepted", "OK", 12.5))
    assert (accepted.ok, accepted.status, accepted.message, accepted.error) == (
        True,
        200,
        "OK",
        None,
    )
    assert (accepted.attempts, accepted.elapsed_ms) == (1, 12.5)
    rejected = told(JournalRow(0, 2, ANN, State.REJECTED, 422, 1, "rejected", "no", 1.0))
    assert rejected.error == ResultError("rejected", "no")
    assert told(JournalRow(0, 2, ANN, State.FAILED)).error == ResultError("failed", "")
    unknown = told(JournalRow(0, 2, ANN, State.UNKNOWN, None, 1, "timeout", "no answer")).error
    assert unknown is not None
    assert (unknown.kind, unknown.message) == ("unknown", "no answer")
    assert unknown.hint


def test_rows_left_out_are_told_with_why() -> None:
    """Bad as it is, held back as such; an address where one was read."""
    bad = result_of_left_out(LeftOut(3, LeftOutKind.BAD, None, "no @"), "identify", "p.csv")
    assert (bad.email, bad.outcome, bad.line, bad.error) == (
        "",
        Outcome.SKIPPED,
        3,
        ResultError("bad", "no @"),
    )
    left = LeftOut(4, LeftOutKind.HELD_BACK, "a@b.co", "Status: unsubscribed")
    held = result_of_left_out(left, "identify", "p.csv")
    message = "held back: Status: unsubscribed"
    assert (held.email, held.error) == ("a@b.co", ResultError("held_back", message))


@pytest.mark.parametrize(
    ("state", "attempts", "was_sent"),
    [
        (State.PENDING, 0, False),
        (State.PENDING, 2, True),  # failed once, and to be sent again
        (State.IN_FLIGHT, 0, True),
        (State.ACCEPTED, 1, True),
        (State.UNKNOWN, 0, True),  # its process ended before the answer
        (State.REJECTED, 1, True),
        (State.FAILED, 0, False),
        (State.FAILED, 3, True),
        (State.UNCHANGED, 0, False),
    ],
)
def test_what_was_sent_is_told_where_anything_was(
    state: State, attempts: int, was_sent: bool
) -> None:
    """Also what may not have arrived, and what a crash left without a count."""
    row = JournalRow(0, 2, ANN, state, attempts=attempts)
    assert sent_of_row(row) == Sent({"email": "ann@b.co"} if was_sent else None)
