"""What became of looking one contact up, with its documented members."""

from typing import NamedTuple

from sendx_cli.account.reader import SearchedContact
from sendx_cli.core.account.catalogue import Catalogue
from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.errors import ExitCode
from sendx_cli.output.formats import Record

_NOT_THERE = "no such contact"
_FOUND: dict[object, str] = {True: "yes", False: "no", None: "not read"}


class LookupResult(NamedTuple):
    """A contact as the service has it, that there is none, or why that could not be found out.

    Args:
        searched: What was found.
        catalogue: Has the names of its lists.
        source: The file that the address came from, if any.
        line: Its line there.
    """

    searched: SearchedContact
    catalogue: Catalogue
    source: str | None = None
    line: int | None = None

    @property
    def exit_code(self) -> ExitCode:
        """0: it is there; 4: it is not; 5: that could not be found out."""
        if self.searched.contact is not None:
            return ExitCode.OK
        return ExitCode.REJECTED if self.searched.problem is None else ExitCode.PASSING

    @property
    def message(self) -> str:
        """What is to be said of it."""
        _, contact, problem = self.searched
        if contact is not None:
            return "found"
        return _NOT_THERE if problem is None else f"could not be looked up: {problem}"

    def record(self) -> Record:
        """The documented members, in their documented order."""
        address, contact, problem = self.searched
        error: dict[str, object] | None = None
        if contact is None:
            kind = "no_such_contact" if problem is None else "not_read"
            hint = None if problem is None else "run it again later"
            error = {"kind": kind, "message": self.message, "hint": hint}
        found = None if problem is not None else contact is not None
        members: dict[str, object] = {
            "email": address,
            "ok": contact is not None,
            "found": found,
            "contact": None if contact is None else _members(contact, self.catalogue),
            "error": error,
        }
        if self.source is not None:
            members |= {"source": self.source, "line": self.line}
        return members


def row_of(record: Record) -> Record:
    """Return what a table with a row for each contact shows of a record."""
    contact = record["contact"]
    if not isinstance(contact, dict):
        contact = {}
    names = (contact.get("first_name"), contact.get("last_name"))
    return {
        "email": record["email"],
        "found": _FOUND[record["found"]],
        "name": " ".join(name for name in names if name),
        "tags": contact.get("tags") or [],
        "lists": contact.get("lists") or [],
        "left": contact.get("opt_outs") or [],
    }


def _members(contact: ServiceContact, catalogue: Catalogue) -> dict[str, object]:
    lists = [catalogue.lists[one].name if one in catalogue.lists else one for one in contact.lists]
    members: dict[str, object] = {
        "id": contact.id,
        "email": contact.email,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "company": contact.company,
        "fields": dict(contact.fields),
        "tags": list(contact.tags),
        "lists": lists,
        "opt_outs": list(contact.opt_outs),
        "created": contact.created or None,
        "updated": contact.updated or None,
    }
    # What the answer leaves out is not known; that it were empty would be a guess.
    return {
        name: None if name in contact.unclear and not value else value
        for name, value in members.items()
    }
