"""The topic `output`."""

from collections.abc import Sequence

from sendx_cli.journal.rows import LeftOutKind, State
from sendx_cli.manual.blocks import Block, Paragraph, Rows
from sendx_cli.output.formats import OutputFormat
from sendx_cli.schemas.contacts import LOOKUP, RESULT, VERIFIED
from sendx_cli.schemas.plans import PLAN, REQUEST
from sendx_cli.schemas.runs import RUN
from sendx_cli.schemas.shapes import meanings

_FORMATS = {
    OutputFormat.TABLE: "For people; what results are on a terminal. See --plain, too.",
    OutputFormat.JSON: "One document, when all is done: an array, or an object for one contact.",
    OutputFormat.JSONL: "A line for each result, as it comes; what results are elsewhere.",
    OutputFormat.CSV: "A header and a row for each result; members that hold members are JSON.",
}
_STATES = {
    State.PENDING: "Not sent yet.",
    State.IN_FLIGHT: "Sent, and not answered yet.",
    State.ACCEPTED: "The service took it.",
    State.REJECTED: "The service refused it for good.",
    State.FAILED: "Given up for now; it can be sent again.",
    State.UNKNOWN: "It may have been applied, and must not be sent again unseen.",
    State.UNCHANGED: "Not sent, as it would change nothing (--only-changed).",
    LeftOutKind.BAD: "Not sent, as the row cannot be (--skip-invalid).",
    LeftOutKind.HELD_BACK: "Not sent, as the row says that the person opted out.",
    LeftOutKind.LEFT_ALONE: "Not taken back by an undo, as others changed it since.",
    LeftOutKind.REMAINS: "Not taken back by an undo, as the service has no call for it.",
}


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    states = (*State, *LeftOutKind)
    return (
        Paragraph(
            "Results go to standard output, everything else to standard error. Every contact has "
            "one result, in the order given, with the same members in each format."
        ),
        Rows("Formats (-o FORMAT)", [(str(one), _FORMATS[one]) for one in OutputFormat]),
        Rows("A result (sendx schema result)", meanings(RESULT)),
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
