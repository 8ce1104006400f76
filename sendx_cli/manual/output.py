"""The topic `output`."""

from collections.abc import Sequence

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.journal.rows import LeftOutKind, State
from sendx_cli.manual.blocks import Block, Paragraph, Rows
from sendx_cli.output.formats import OutputFormat
from sendx_cli.results import PlannedRequest, Result

_FORMATS = {
    OutputFormat.TABLE: "For people; what results are on a terminal. See --plain, too.",
    OutputFormat.JSON: "One document, when all is done: an array, or an object for one contact.",
    OutputFormat.JSONL: "A line for each result, as it comes; what results are elsewhere.",
    OutputFormat.CSV: (
        "A header and a row for each result; members that hold members are JSON. A ' stands before "
        "what a spreadsheet would evaluate (=, +, -, @), so that it is shown; JSON has it exact."
    ),
}
_RESULT = {
    "email": "The address as it was sent.",
    "action": "identify or track.",
    "ok": "Whether the service has the contact as it was sent.",
    "status": "HTTP status of the last answer, or null.",
    "message": "What the service or the network said last.",
    "response": "The body of the last answer as it came.",
    "error": "Why it was not accepted: kind (a word for programs), message, hint; or null.",
    "attempts": "Requests made for it.",
    "elapsed_ms": "Milliseconds from its first request to its last answer.",
    "source": "The file it came from; only for a file's rows.",
    "line": "Its line in that file; only for a file's rows.",
}
_REQUEST = {
    "action": "identify or track.",
    "method": "The HTTP method.",
    "url": "Where it would be sent.",
    "body": "What would be sent.",
    "line": "Its line in the file; only for a file's rows.",
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
    result = Result("", "identify", Outcome.ACCEPTED, "", source="", line=0)
    request = PlannedRequest("identify", "POST", "", {}, line=0)
    states = (*State, *LeftOutKind)
    return (
        Paragraph(
            "Results go to standard output, everything else to standard error. Every contact has "
            "one result, in the order given, with the same members in each format."
        ),
        Rows("Formats (-o FORMAT)", [(str(one), _FORMATS[one]) for one in OutputFormat]),
        Rows("A result", [(name, _RESULT[name]) for name in result.record()]),
        Rows(
            "A request that would be sent (--dry-run)",
            [(name, _REQUEST[name]) for name in request.record()],
        ),
        Rows(
            "A row of a run (sendx runs show --state STATE)",
            [(str(state), _STATES[state]) for state in states],
        ),
        Paragraph(
            "sendx lookup has the members email, ok, found (null where that could not be found "
            "out), contact and error, and of a file source and line."
        ),
    )
