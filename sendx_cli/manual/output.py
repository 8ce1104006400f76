"""The topic `output`."""

from collections.abc import Iterator, Sequence

from sendx_cli.errors import kinds_of_errors
from sendx_cli.journal.rows import LeftOutKind, State
from sendx_cli.manual.blocks import Block, Paragraph, Rows
from sendx_cli.output.formats import OutputFormat
from sendx_cli.schemas.contacts import LOOKUP, RESULT, VERIFIED
from sendx_cli.schemas.endings import ENDING
from sendx_cli.schemas.plans import PLAN, REQUEST
from sendx_cli.schemas.runs import RUN
from sendx_cli.schemas.shapes import meanings

_FORMATS = {
    OutputFormat.TABLE: "For people; the default on a terminal. See also --plain.",
    OutputFormat.JSON: "One document at the end: an array, or an object for one contact.",
    OutputFormat.JSONL: "A line for each result as it arrives; the default elsewhere.",
    OutputFormat.CSV: (
        "A header and a row for each result; nested members are JSON. A ' is put before "
        "what a spreadsheet would evaluate (=, +, -, @), so that it is shown; JSON has it exact."
    ),
}
_STATES = {
    State.PENDING: "Not sent yet.",
    State.IN_FLIGHT: "Sent, but not answered yet.",
    State.ACCEPTED: "Accepted by the service.",
    State.REJECTED: "Rejected by the service; fix the row.",
    State.FAILED: "Given up for now; it can be sent again.",
    State.UNKNOWN: "It may have been applied; check before sending it again.",
    State.UNCHANGED: "Not sent: it would change nothing (--only-changed).",
    LeftOutKind.BAD: "Not sent: the row is invalid (--skip-invalid).",
    LeftOutKind.HELD_BACK: "Not sent: the row says that the person opted out.",
    LeftOutKind.NOT_UNDONE: "Skipped by an undo: others have changed it since.",
    LeftOutKind.IRREVERSIBLE: "Not undone: the service has no call for it.",
}


def _kinds() -> Iterator[tuple[str, str]]:
    kinds = {kind.code: kind for kind in kinds_of_errors()}
    for code, kind in kinds.items():
        yield code, f"{kind.meaning[0].upper()}{kind.meaning[1:]} (exit {int(kind.exit_code)})."


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    states = (*State, *LeftOutKind)
    return (
        Paragraph(
            "Results go to standard output, everything else to standard error. Every contact that "
            "is named on the command line has one result, in the order given; every row of a file "
            "has one in the order in which answers arrive, and line says where it stands. An undo "
            "has one for each call, and a contact may need several. All have the same members in "
            "each format."
        ),
        Rows("Formats (-o FORMAT)", [(str(one), _FORMATS[one]) for one in OutputFormat]),
        Rows("A result (sendx schema result)", meanings(RESULT)),
        Paragraph(
            "A command that an error ends, such as a usage error, a file that is refused or a "
            "missing key, writes the error to standard output as well, where json or jsonl is "
            "asked for by -o, --json, SENDX_OUTPUT or a profile. It is the last line of jsonl; in "
            "json it is the only object, or the last item of an array. A plan (--dry-run) has ok "
            "and error as members instead. Before it, a file that is refused for its rows has a "
            "result for each bad row, whose error is of the kind bad. A run that was stopped on "
            "its way, such as by a rejected key or an outage, writes results only: each has its "
            "kind, the exit code tells how the run ended, and build servers read kind (sendx "
            "help ci)."
        ),
        Rows("The error that ended a command", meanings(ENDING)),
        Rows("Kinds of errors that end a command", [*_kinds()]),
        Rows("A request that would be sent (--dry-run; sendx schema plan)", meanings(REQUEST)),
        Rows("The plan of a file (--dry-run -o json; sendx schema plan)", meanings(PLAN)),
        Rows("A run (sendx runs list and show; sendx schema run)", meanings(RUN)),
        Rows(
            "A row of a run (sendx runs show --state STATE)",
            [(str(state), _STATES[state]) for state in states],
        ),
        Rows("A contact that was looked up (sendx lookup; sendx schema lookup)", meanings(LOOKUP)),
        Rows(
            "A contact that was verified (sendx runs verify; sendx schema verify)",
            meanings(VERIFIED),
        ),
        Paragraph(
            "Results can be given to --from as they are, as long as they have all their members: "
            "see `sendx help files`."
        ),
    )
