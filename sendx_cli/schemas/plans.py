"""What would be sent: a file's plan, an undo's plan, single requests."""

from sendx_cli.core.plan.address_changes import CollisionKind
from sendx_cli.schemas.endings import error
from sendx_cli.schemas.shapes import (
    Schema,
    array,
    flag,
    integer,
    members_of_any_name,
    or_null,
    record,
    text,
    word,
)

_ACTION = word("identify or track.", ("identify", "track"))
_HINT = or_null(text("What to do about it, or null."))
REQUEST = record(
    "A request as it would be sent.",
    {
        "action": _ACTION,
        "method": text("The HTTP method."),
        "url": text("Where it would be sent."),
        "body": members_of_any_name("What would be sent."),
    },
    {"line": or_null(integer("Its line in the file; only for a file's rows."))},
)


def _names(meaning: str) -> Schema:
    return record(
        meaning,
        {
            "names": array(
                "The names, the most frequent first.",
                record(
                    "A name with its count.",
                    {"name": text("The name."), "rows": integer("How many rows have it.")},
                ),
            ),
            "further": integer("How often names occur that are too many to list."),
        },
    )


def _reasons(meaning: str) -> Schema:
    return record(
        meaning, {"rows": integer("How many rows."), "reasons": _names("Rows by reason.")}
    )


def _look_alikes(meaning: str) -> Schema:
    return array(meaning, array("Names that look alike.", text("A name.")))


def _compared(meaning: str) -> Schema:
    return record(
        meaning,
        {
            "known": or_null(integer("How many the account has; null if not all were read.")),
            "new": array(
                "Those that would be created.",
                record(
                    "A name that the account does not have.",
                    {
                        "name": text("The name."),
                        "rows": integer("How many rows have it."),
                        "near": or_null(text("A similar name that the account has, or null.")),
                    },
                ),
            ),
        },
    )


_COLUMN = record(
    "A column of the file.",
    {
        "position": integer("Its position, from 1."),
        "name": text("Its name in the header."),
        "target": text("What it is used for, as in --map."),
        "why": text("Why it is used for that."),
    },
)
_BAD_ROWS = record(
    "Rows that cannot be sent: rows, first (the first twenty) and kinds.",
    {
        "rows": integer("How many rows."),
        "first": array(
            "The first of them.",
            record(
                "A bad row.",
                {
                    "line": integer("The line it begins on."),
                    "column": or_null(text("The column at fault, or null.")),
                    "message": text("What is wrong."),
                    "hint": _HINT,
                },
            ),
        ),
        "kinds": array(
            "All of them by reason, the most frequent first.",
            record(
                "Rows that are bad for the same reason.",
                {
                    "message": text("The reason."),
                    "column": or_null(text("The column at fault, or null.")),
                    "rows": integer("How many rows."),
                    "first_line": integer("The line of the first one."),
                },
            ),
        ),
    },
)
_COLLISIONS = record(
    "Changes of address that get in each other's way: count and first.",
    {
        "count": integer("How many."),
        "first": array(
            "The first of them.",
            record(
                "Two rows about the same address.",
                {
                    "kind": word(
                        "same_target: both change to it; taken: the other row has it; chain: the "
                        "other row changes it; left_behind: the other row still uses it.",
                        CollisionKind,
                    ),
                    "line": integer("The line of the row that changes an address."),
                    "other_line": integer("The line of the other row."),
                },
            ),
        ),
    },
)
_MEMBERS = array("Addresses of the account's team: whose account it is.", text("An address."))
_ACCOUNT = record(
    "What would be new in the account; null if it was not read.",
    {
        "members": _MEMBERS,
        "tags": _compared("Tags that would be added."),
        "custom_fields": _compared("Custom fields that would be written."),
        "lists": record(
            "Lists that contacts would join.",
            {
                "known": or_null(integer("How many the account has; null if not all were read.")),
                "used": array(
                    "Those that contacts would join.",
                    record(
                        "A list.",
                        {
                            "id": text("Its id."),
                            "name": text("Its name."),
                            "double_opt_in": flag("Whether who joins is mailed to confirm."),
                            "rows": integer("How many rows name it."),
                        },
                    ),
                ),
            },
        ),
        "not_compared": array(
            "What could not be read.",
            record(
                "A part of the account.",
                {
                    "path": text("Its path in the API."),
                    "reason": text("Why it could not be read."),
                },
            ),
        ),
    },
)
_SHARD = record(
    "The shard of the file: number, total, rows_of_file, bad_elsewhere; null for the whole file.",
    {
        "number": integer("Which one, from 1."),
        "total": integer("How many there are."),
        "rows_of_file": integer("Rows of the whole file."),
        "bad_elsewhere": integer("Bad rows in other shards."),
    },
)
PLAN = record(
    "What would be sent of a file.",
    {
        "action": _ACTION,
        "source": text("The file as it was given, or standard input."),
        "shard": or_null(_SHARD),
        "rows": integer("Rows of the file, or of its shard."),
        "to_send": integer("Rows that would be sent."),
        "contacts": integer("Different contacts among them."),
        "duplicates": integer("Rows about a contact of an earlier row."),
        "unchanged": record(
            "What would change nothing in the account (--only-changed): rows and contacts.",
            {"rows": integer("How many rows."), "contacts": integer("How many contacts.")},
        ),
        "notes": array("What was found out about the file's layout.", text("A note.")),
        "export": or_null(
            text("The tool whose export it is, or which results of sendx it holds; or null.")
        ),
        "date_order": or_null(text("The order of dates, such as dmy; or null.")),
        "columns": array("The file's columns: position, name, target, why.", _COLUMN),
        "tags_added": _names("Tags that would be added."),
        "tags_removed": _names("Tags that would be removed."),
        "lists": _names("Lists that contacts would join."),
        "custom_fields": _names("Custom fields that would be written."),
        "counting_fields": _names("Those of them that would be counted up or down."),
        "row_notes": _names("What is odd about rows, and does not stop them."),
        "held_back": _reasons("Rows that are held back, as the person opted out."),
        "sent_though_opted_out": _reasons("Rows that would be sent though the person opted out."),
        "bad_rows": _BAD_ROWS,
        "similar_tags": _look_alikes("Tags that differ only in case or spacing."),
        "similar_fields": _look_alikes("Custom fields that differ only in case or spacing."),
        "address_collisions": _COLLISIONS,
        "account": or_null(_ACCOUNT),
        "ok": flag("Whether it would be sent."),
        "error": or_null(error("Why it would not be sent: kind, message, hint; or null.")),
    },
)


def _remarks(meaning: str) -> Schema:
    return array(
        meaning,
        record(
            "Contacts with the same reason.",
            {
                "why": text("The reason."),
                "count": integer("How many."),
                "first": array(
                    "The first of them.",
                    record(
                        "A contact.",
                        {"email": text("Its address."), "message": text("What is not undone.")},
                    ),
                ),
            },
        ),
    )


UNDO_PLAN = record(
    "What an undo would send.",
    {
        "action": word("undo.", ("undo",)),
        "run": text("The id of the run that would be undone."),
        "members": _MEMBERS,
        "contacts": integer("Contacts that would be changed."),
        "calls": integer("Requests that would be made."),
        "tags_away": _names("Tags that would be removed again."),
        "tags_back": _names("Tags that would be added again."),
        "values": _names("Names and companies that would be written back."),
        "custom_fields": _names("Custom fields that would be written back."),
        "addresses": integer("Addresses that would be changed back."),
        "not_undone": _remarks("What others changed since."),
        "irreversible": _remarks("What the service has no call for."),
    },
)
