"""What became of a contact: sent, looked up, verified."""

from sendx_cli.schemas.endings import error
from sendx_cli.schemas.shapes import (
    anything,
    array,
    flag,
    integer,
    members_of_any_name,
    number,
    or_null,
    record,
    text,
    word,
)

_NOT_READ = "null where the service does not say it"
_OF_FILE = {
    "source": text("The file it came from; only for a file's rows."),
    "line": or_null(integer("Its line in that file; only for a file's rows.")),
}


def _error(meaning: str) -> dict[str, object]:
    return or_null(error(f"{meaning}: kind (a word for programs), message, hint; or null."))


RESULT = record(
    "What became of one contact that was to be sent.",
    {
        "email": text("The address as it was sent."),
        "action": word(
            "identify or track; undo for what cannot be undone.", ("identify", "track", "undo")
        ),
        "ok": flag("Whether the service has the contact as it was sent."),
        "status": or_null(integer("HTTP status of the last answer, or null.")),
        "message": text("What the service or the network said last."),
        "response": anything("The body of the last answer as it came; null in `sendx runs show`."),
        "error": _error("Why it was not accepted"),
        "attempts": integer("Requests made for it."),
        "elapsed_ms": number("Milliseconds from its first request to its last answer."),
    },
    {
        **_OF_FILE,
        "sent": or_null(
            members_of_any_name(
                "The body of its request, or null if it was not sent; only in `sendx runs show`."
            )
        ),
    },
)

_CONTACT = record(
    "The contact as the service has it, or null.",
    {
        "id": text("Its id."),
        "email": text("Its address."),
        "first_name": or_null(text(f"Its first name; {_NOT_READ}.")),
        "last_name": or_null(text(f"Its last name; {_NOT_READ}.")),
        "company": or_null(text(f"Its company; {_NOT_READ}.")),
        "fields": or_null(
            {
                **members_of_any_name(f"Its custom fields by name; {_NOT_READ}."),
                "additionalProperties": {"type": "string"},
            }
        ),
        "tags": or_null(array(f"Its tags; {_NOT_READ}.", text("A tag."))),
        "lists": or_null(
            array(f"Its lists; {_NOT_READ}.", text("A list's name, or its id if it has none."))
        ),
        "opt_outs": or_null(
            array(f"What marks it as opted out; {_NOT_READ}.", text("A mark, such as bounced."))
        ),
        "created": or_null(text("When it was created, or null.")),
        "updated": or_null(text("When it was last changed, or null.")),
    },
)
LOOKUP = record(
    "A contact that was looked up.",
    {
        "email": text("The address that was looked up."),
        "ok": flag("Whether the contact was found."),
        "found": or_null(flag("The same; null if that could not be found out.")),
        "contact": or_null(_CONTACT),
        "error": _error("Why there is no contact"),
    },
    _OF_FILE,
)
VERIFIED = record(
    "A contact of a run, compared with what was sent.",
    {
        "email": text("The address that was looked up."),
        "ok": flag("Whether the contact is as it was sent."),
        "outcome": word(
            "as_sent, differs, not_there, or not_read if it could not be read.",
            ("as_sent", "differs", "not_there", "not_read"),
        ),
        "message": text("The same in words, or why it could not be read."),
        "differences": array(
            "What is not as it was sent: member, sent, found.",
            record(
                "A member that is not as it was sent.",
                {
                    "member": text("Its name: first_name, field Plan, tag vip."),
                    "sent": text("What was sent; for tags and lists, there or not there."),
                    "found": text("What the service has."),
                },
            ),
        ),
        "not_compared": array(
            "Members that cannot be compared.", text("A member's name, such as birthday.")
        ),
    },
)
