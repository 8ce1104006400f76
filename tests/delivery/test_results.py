from sendx_cli.core.contact.contact import Identify
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.results import UNKNOWN_HINT, exit_code, result_of
from sendx_cli.delivery.rows import Decided, Row
from sendx_cli.errors import ExitCode
from sendx_cli.results import Result, ResultError

ROW = Row(0, Identify(email="a@b.co"), line=3)
BUSY = Verdict(Kind.AMBIGUOUS, "server_error", "HTTP 500: busy", "try later", 500, {"a": 1})
REFUSED = Verdict(Kind.REFUSED, "rejected", "no such field", "look at it", 400, {"b": 2})
TAKEN = Verdict(Kind.ACCEPTED, "accepted", "OK", status=200, response={"c": 3})
WRONG_KEY = Verdict(Kind.STOP, "unauthorized", "wrong key", "log in", 401, {"d": 4})


def shown(outcome: Outcome, verdict: Verdict | None, attempts: int) -> Result:
    return result_of(Decided(ROW, outcome, verdict, attempts, elapsed_s=1.5), "p.csv")


def test_what_was_sent_is_told_with_the_services_answer() -> None:
    """One attempt is enough for its status and its body to be shown."""
    assert shown(Outcome.ACCEPTED, TAKEN, 1) == Result(
        email="a@b.co",
        action="identify",
        outcome=Outcome.ACCEPTED,
        message="OK",
        status=200,
        response={"c": 3},
        error=None,
        attempts=1,
        elapsed_ms=1500.0,
        source="p.csv",
        line=3,
    )
    refused = shown(Outcome.REJECTED, REFUSED, 2)
    assert (refused.status, refused.response, refused.message) == (400, {"b": 2}, "no such field")
    assert refused.error == ResultError("rejected", "no such field", "look at it")


def test_what_was_never_sent_has_no_answer_of_its_own() -> None:
    """What stopped the run was the answer to another contact: only its words are told."""
    stopped = shown(Outcome.SKIPPED, WRONG_KEY, 0)
    assert (stopped.status, stopped.response, stopped.message) == (
        None,
        None,
        "not sent: wrong key",
    )
    assert stopped.error == ResultError("not_sent", "not sent: wrong key", "log in")
    bare = result_of(Decided(ROW, Outcome.SKIPPED, WRONG_KEY))
    assert (bare.error, bare.attempts, bare.elapsed_ms) == (stopped.error, 0, 0.0)
    interrupted = shown(Outcome.SKIPPED, None, 0)
    assert (interrupted.status, interrupted.response) == (None, None)
    assert interrupted.error == ResultError("not_sent", "not sent: interrupted", None)


def test_what_may_have_arrived_says_what_to_do() -> None:
    """Sending it again could count twice, so that this is for people to decide."""
    error = shown(Outcome.UNKNOWN, BUSY, 1).error
    assert error == ResultError("unknown", "it may have been applied: HTTP 500: busy", UNKNOWN_HINT)


def test_the_exit_code_is_that_of_the_worst_outcome() -> None:
    """Where nothing can succeed with these settings it is 255, whatever else happened."""
    assert exit_code([], None) is ExitCode.OK
    assert exit_code([Outcome.ACCEPTED, Outcome.SKIPPED, Outcome.FAILED], None) == max(
        exit_code([Outcome.SKIPPED], None), exit_code([Outcome.FAILED], None)
    )
    assert exit_code([Outcome.SKIPPED], WRONG_KEY) is ExitCode.STOP
    no_name = Verdict(Kind.STOP, "name_lookup", "no such host")
    assert exit_code([Outcome.SKIPPED], no_name) == exit_code([Outcome.SKIPPED], None)
    outage = Verdict(Kind.THROTTLED, "outage", "nothing was accepted for 10 s")
    assert exit_code([Outcome.SKIPPED], outage) == exit_code([Outcome.SKIPPED], None)
