"""The final outcome of one contact."""

from enum import StrEnum

from sendx_cli.errors import ExitCode


class Outcome(StrEnum):
    """The outcome of one contact.

    `SKIPPED`: not sent, because the run stopped before or the row was held back. `UNCHANGED`: not
    sent, because the contact was already as all its rows would leave it.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    UNCHANGED = "unchanged"


EXIT_CODES = {
    Outcome.ACCEPTED: ExitCode.OK,
    Outcome.REJECTED: ExitCode.REJECTED,
    Outcome.FAILED: ExitCode.PASSING,
    Outcome.UNKNOWN: ExitCode.UNKNOWN,
    Outcome.SKIPPED: ExitCode.PASSING,
    Outcome.UNCHANGED: ExitCode.OK,
}
"""The exit code for each outcome; that of several contacts is the highest of theirs."""
