"""The topic `exit-codes`."""

from collections.abc import Sequence

from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode
from sendx_cli.manual.blocks import Block, Paragraph, Rows

_MEANINGS = {
    ExitCode.OK: "Every contact was accepted, or already has these values.",
    ExitCode.BUG: "A bug in sendx. Run the command again with --debug and report the output.",
    ExitCode.INPUT: (
        "The command line, a file or a value was refused before anything was sent. Fix it and run "
        "the command again."
    ),
    ExitCode.REJECTED: (
        "The service rejected a contact, bad rows were skipped, a contact that was looked up was "
        "not found, or an undo skipped a contact. Fix the data."
    ),
    ExitCode.PASSING: (
        "A contact failed or was not reached because of a temporary problem: an outage, a limit, "
        "a lost connection. Run the command again; for a file: sendx runs resume."
    ),
    ExitCode.UNKNOWN: (
        "It is unknown whether a contact was applied, or results could not be written. Check "
        "before you send again: sendx runs show --state unknown, sendx runs reconcile."
    ),
    ExitCode.STOP: (
        "Nothing can succeed until you act: no key, a rejected key, a config file that cannot be "
        "read. GNU xargs stops at this code. sendx doctor shows what to do."
    ),
}
_SIGNALS = {
    Ending.HUNG_UP: "The terminal was closed (SIGHUP).",
    Ending.INTERRUPTED: "Ctrl-C (SIGINT).",
    Ending.PIPE_CLOSED: "The program that reads the results has ended (SIGPIPE).",
    Ending.TERMINATED: "Another program ended it (SIGTERM).",
}


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return (
        Rows("", [(str(int(code)), _MEANINGS[code]) for code in ExitCode]),
        Paragraph(
            f"With several contacts, the highest of {int(ExitCode.REJECTED)}, "
            f"{int(ExitCode.PASSING)} and {int(ExitCode.UNKNOWN)} is given."
        ),
        Paragraph(
            "A command that a signal ends is ended by the signal itself, so that a surrounding "
            "loop stops, too. A shell shows that as 128 and the signal's number:"
        ),
        Rows("", [(str(int(code)), _SIGNALS[code]) for code in Ending]),
    )
