"""Errors: of a contact, and of a command that they ended."""

from sendx_cli.schemas.shapes import Schema, flag, integer, or_null, record, text


def error(meaning: str) -> Schema:
    """Return the schema of an error, as results, plans and the end of a command have it."""
    return record(
        meaning,
        {
            "kind": text("A word for programs, such as rejected or timeout."),
            "message": text("What happened."),
            "hint": or_null(text("What to do next, or null.")),
        },
    )


ENDING = record(
    "The error that ended a command.",
    {
        "ok": flag("false."),
        "exit_code": integer("The exit code."),
        "where": or_null(
            text("The contact or the place (FILE:LINE:COLUMN) it happened to, or null.")
        ),
        "error": error("kind, message and hint, as in a result."),
    },
)
