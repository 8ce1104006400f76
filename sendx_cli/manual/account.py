"""The topic `account`."""

from collections.abc import Sequence

from sendx_cli.manual.blocks import Block, Paragraph, Rows

_PLAN = {
    "tags, fields": (
        "Those that the run would create, each with the nearest one that exists: a mistyped tag is "
        "seen before it exists. --existing-only (existing_only = true) makes them bad rows."
    ),
    "lists": (
        "By name or id. A list that does not exist makes a bad row; lists with double opt-in, "
        "whose members are mailed, are pointed out."
    ),
    "values": (
        "A custom field takes what its type takes: a number, a phone number, true or false, a "
        "date. Dates in the file's own order become YYYY-MM-DD; anything else is a bad row."
    ),
}


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return (
        Paragraph(
            "Before a file is sent, its plan is compared with the account, and says whose account "
            "it is. Reading changes nothing and keeps to the same limit as sending. --no-account "
            "(account = false) reads nothing. What cannot be read is reported in one line and "
            "stops nothing, unless a list's name or --existing-only needs it (exit 5). Single "
            "calls read only for those two."
        ),
        Rows("Compared", [*_PLAN.items()]),
        Paragraph(
            "--only-changed skips the rows of contacts that are already as all their rows together "
            "would leave them: names, company, custom fields, tags and lists, to the character. "
            "Always sent, with all rows of their contact: birthdays, new addresses, counts (++, "
            "--), contacts that were not seen. It reads at most half as many pages as there are "
            "rows to compare, a hundred contacts a page."
        ),
        Paragraph(
            "sendx lookup shows contacts as the service has them, with the names of their tags, "
            "custom fields and lists, and whether they opted out. Many are found a hundred per "
            "request. The exit code is 4 where a contact was not found, 5 where that is unknown. "
            "A birthday cannot be read."
        ),
        Paragraph(
            "sendx runs verify, reconcile and undo read the account after a run; see sendx help "
            "runs."
        ),
    )
