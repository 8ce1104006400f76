"""What became of one contact, once nothing more will be tried."""

from enum import StrEnum

from sendx_cli.errors import ExitCode


class Outcome(StrEnum):
    """The outcome of one contact.

    `SKIPPED`: never came to be sent, because the run stopped before or the row was held back.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


EXIT_CODES = {
    Outcome.ACCEPTED: ExitCode.OK,
    Outcome.REJECTED: ExitCode.REJECTED,
    Outcome.FAILED: ExitCode.PASSING,
    Outcome.UNKNOWN: ExitCode.UNKNOWN,
    Outcome.SKIPPED: ExitCode.PASSING,
}
"""What a contact's outcome alone would make of the exit code; the highest one is given."""
