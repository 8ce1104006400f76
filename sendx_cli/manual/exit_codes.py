"""The topic `exit-codes`."""

from collections.abc import Sequence

from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode
from sendx_cli.manual.blocks import Block, Paragraph, Rows

_MEANINGS = {
    ExitCode.OK: "Every contact was accepted, or has everything already.",
    ExitCode.BUG: "A bug in sendx. Run the command again with --debug and report what it shows.",
    ExitCode.INPUT: (
        "The command line, a file or a value was refused before anything was sent. Fix it and run "
        "the command again."
    ),
    ExitCode.REJECTED: (
        "The service rejected a contact for good, bad rows were skipped, a contact that was "
        "looked up is not there, or an undo left a contact alone. Fix the data."
    ),
    ExitCode.PASSING: (
        "A contact was given up or not reached because of trouble that passes: an outage, a limit, "
        "a lost connection. Run the command again; for a file: sendx runs resume."
    ),
    ExitCode.UNKNOWN: (
        "It is unknown whether a contact was applied, or results could not be written. Look before "
        "you send again: sendx runs show --state unknown, sendx runs reconcile."
    ),
    ExitCode.STOP: (
        "Nothing can succeed until you act: no key, a key that is refused, a config file that "
        "cannot be read. GNU xargs stops here. sendx doctor says what to do."
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
            f"With several contacts the highest of {int(ExitCode.REJECTED)}, "
            f"{int(ExitCode.PASSING)} and {int(ExitCode.UNKNOWN)} is given."
        ),
        Paragraph(
            "A command that a signal ends is ended by the signal itself, so that a loop around it "
            "stops, too. A shell shows that as 128 and the signal's number:"
        ),
        Rows("", [(str(int(code)), _SIGNALS[code]) for code in Ending]),
    )
