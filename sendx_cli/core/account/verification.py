"""Whether contacts are as a run's rows said: only the last value sent of each member counts.

Birthdays cannot be read (GET /contact has none), and what `++5` or `--5` should have led to nobody
knows without the value before: both are left out.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.contact.address import contact_key
from sendx_cli.core.contact.contact import Contact, Identify
from sendx_cli.core.contact.validation import counts

_TEXTS = ("first_name", "last_name", "company")
THERE = "there"
NOT_THERE = "not there"


class Difference(NamedTuple):
    """A member that is not as it was sent.

    Args:
        member: Its name: `first_name`, `field Plan`, `tag vip`, `list list_...`.
        sent: What was sent; of tags and lists `there` or `not there`.
        found: What the account has.
    """

    member: str
    sent: str
    found: str


class Verification(NamedTuple):
    """A contact compared with what was sent of it.

    Args:
        differences: What differs.
        unclear: Members that cannot be compared, by their names as in `Difference`.
    """

    differences: tuple[Difference, ...] = ()
    unclear: tuple[str, ...] = ()


class Expected:
    """What a contact should be, as far as rows say.

    Args:
        email: Its address.
    """

    __slots__ = ("email", "fields", "lists", "tags", "texts", "unclear")

    def __init__(self, email: str) -> None:
        self.email = email
        self.texts: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.tags: dict[str, bool] = {}
        self.lists: dict[str, bool] = {}
        self.unclear: set[str] = set()

    def add(self, row: Contact) -> None:
        """Take in a row, which was sent after those before."""
        if not isinstance(row, Identify):
            self.tags |= dict.fromkeys(row.add_tags, True) | dict.fromkeys(row.remove_tags, False)
            return
        self.email = row.new_email or row.email
        self.texts |= {name: value for name in _TEXTS if (value := getattr(row, name))}
        self.tags |= dict.fromkeys(row.tags, True)
        self.lists |= dict.fromkeys(row.lists, True)
        if row.birthday:
            self.unclear.add("birthday")
        for name, value in row.fields:
            if counts(value):
                self.fields.pop(name, None)
                self.unclear.add(f"field {name}")
            else:
                self.fields[name] = value
                self.unclear.discard(f"field {name}")

    def compare(self, contact: ServiceContact) -> Verification:
        """Compare it with the contact as it is."""
        differences: list[Difference] = []
        unclear = set(self.unclear)
        for member, sent, found in self._found(contact):
            if found is None:
                unclear.add(member)
            elif sent != found:
                differences.append(Difference(member, sent, found))
        return Verification(tuple(differences), tuple(sorted(unclear)))

    def _found(self, contact: ServiceContact) -> Iterator[tuple[str, str, str | None]]:
        """Yield each member, what was sent, and what is there; None: that cannot be told."""
        for name, text in self.texts.items():
            yield name, text, None if name in contact.unclear else getattr(contact, name)
        for name, text in self.fields.items():
            is_unclear = "fields" in contact.unclear and contact.fields.get(name) != text
            yield f"field {name}", text, None if is_unclear else contact.fields.get(name, "")
        for kind, wanted, present in (
            ("tag", self.tags, contact.tags),
            ("list", self.lists, contact.lists),
        ):
            for name, is_wanted in wanted.items():
                is_unclear = f"{kind}s" in contact.unclear and name not in present
                found = THERE if name in present else NOT_THERE
                yield (
                    f"{kind} {name}",
                    THERE if is_wanted else NOT_THERE,
                    (None if is_unclear else found),
                )


def expectations(rows: Iterable[Contact]) -> list[Expected]:
    """Return what the contacts of these rows should be, in the order in which they first appear.

    Args:
        rows: What was accepted, in the order in which it was sent.
    """
    found: dict[str, Expected] = {}
    for row in rows:
        expected = found.setdefault(contact_key(row.email), Expected(row.email))
        expected.add(row)
        if row.new_email is not None:
            del found[contact_key(row.email)]
            found[contact_key(row.new_email)] = expected
    return list(found.values())
