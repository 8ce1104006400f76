import pytest

from sendx_cli.bulk.journal.results import result_of_left_out, result_of_noted
from sendx_cli.bulk.journal.rows import LeftOut, LeftOutKind, NotedRow, State
from sendx_cli.bulk.report import UNKNOWN_HINT
from sendx_cli.core.contact import Identify
from sendx_cli.core.outcome import Outcome
from sendx_cli.results import Result, ResultError

ANN = Identify(email="ann@b.co")


def noted(state: State, code: str | None = None, message: str | None = None) -> Result:
    row = NotedRow(3, 5, ANN, state, 500, 2, code, message, 12.5)
    return result_of_noted(row, "identify", "p.csv")


@pytest.mark.parametrize("state", [State.PENDING, State.IN_FLIGHT])
def test_a_row_that_is_open_was_not_sent_yet(state: State) -> None:
    """Also one that some process sends at this moment."""
    found = noted(state)
    assert (found.outcome, found.message) == (Outcome.SKIPPED, "not sent yet")
    assert found.error == ResultError("not_sent", "not sent yet")


@pytest.mark.parametrize(
    ("state", "outcome", "error"),
    [
        (State.ACCEPTED, Outcome.ACCEPTED, None),
        (State.REJECTED, Outcome.REJECTED, ResultError("conflict", "taken")),
        (State.FAILED, Outcome.FAILED, ResultError("conflict", "taken")),
        (State.UNKNOWN, Outcome.UNKNOWN, ResultError("unknown", "taken", UNKNOWN_HINT)),
    ],
)
def test_a_row_that_is_decided_is_told_as_it_was(
    state: State, outcome: Outcome, error: ResultError | None
) -> None:
    """Its numbers and its place with it."""
    found = noted(state, "conflict", "taken")
    assert (found.outcome, found.message, found.error) == (outcome, "taken", error)
    assert (found.email, found.action, found.source, found.line) == (
        "ann@b.co",
        "identify",
        "p.csv",
        5,
    )
    assert (found.status, found.attempts, found.elapsed_ms) == (500, 2, 12.5)


def test_a_row_without_a_code_is_told_by_its_outcome() -> None:
    """There is always a stable word for programs."""
    assert noted(State.FAILED).error == ResultError("failed", "")


@pytest.mark.parametrize(
    ("kind", "message"),
    [(LeftOutKind.BAD, "email is empty"), (LeftOutKind.HELD_BACK, "held back: email is empty")],
)
def test_a_row_that_is_left_out_says_why(kind: LeftOutKind, message: str) -> None:
    """And that its person was held back, where that is why."""
    found = result_of_left_out(LeftOut(7, kind, None, "email is empty"), "track", "p.csv")
    assert (found.email, found.outcome, found.line, found.attempts) == ("", Outcome.SKIPPED, 7, 0)
    assert (found.message, found.error) == (message, ResultError(str(kind), message))
