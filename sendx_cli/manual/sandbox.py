"""The topic `sandbox`."""

from collections.abc import Sequence

from sendx_cli.manual.blocks import Block, Lines, Paragraph, Rows

_TEAM = """\
{
  "members": ["jane@example.com"],
  "tags": ["vip"],
  "fields": [{"name": "Points", "type": "number"}],
  "lists": [{"name": "Newsletter", "double_opt_in": true}],
  "contacts": [
    {"email": "ann@example.com", "firstName": "Ann", "tags": ["vip"],
     "lists": ["Newsletter"], "customFields": {"Points": "5"}, "unsubscribed": true}
  ]
}"""


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return (
        Paragraph(
            "The contact API as SendX documents it, on this machine: --sandbox runs it inside the "
            "process, without a key or a network. Its contacts are kept; sendx sandbox contacts "
            "shows them, sendx sandbox reset deletes them. sendx sandbox serve gives it a port for "
            "any other client. The port answers only to localhost, 127.0.0.1 and [::1], so that no "
            "web page can reach it."
        ),
        Rows(
            "A bad day (sendx sandbox serve)",
            (
                ("--latency 40ms", "Delays each answer; 20ms-80ms is a range."),
                ("--rate-limit 100/s:10", "Answers 429 above 100 requests a second, burst 10."),
                ("--fail 503:2%", "Fails some requests, reads included; see --help."),
            ),
        ),
        Paragraph(
            "Beside the two writes it serves what can be read of an account: /tag, /customfield, "
            "/list, /contact, /contact/{id} and /team/member. Contacts come most recently changed "
            "first, so that a write moves them between pages. A value that does not fit its "
            "field's type and a list that does not exist are rejected (HTTP 400). A new sandbox "
            "has one member, owner@sandbox.invalid, and no tags, fields or lists."
        ),
        Lines("A team to begin with (sendx sandbox serve --account FILE)", _TEAM.splitlines()),
        Paragraph(
            "All of it is optional. Types are text, number, date, boolean and phone; a contact may "
            "also be bounced, spam, blocked or dropped; a list may have the id that it has in your "
            "account. The team stays in the sandbox, for --sandbox too, until a reset."
        ),
    )
