"""Whether a contact would be exactly as it is now if all its rows were sent.

That can only be said of the rows together: of two that set a company, the later one counts. In
doubt they are sent. What cannot be compared at all, or may set something off although the contact
ends as it was, is always sent: a birthday (the service does not tell it), a change of address, a
count up or down, a tag that is both added and removed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from sendx_cli.core.account.catalogue import Catalogue
from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.contact.contact import Contact

_TEXTS = ("first_name", "last_name", "company")


def is_always_sent(row: Contact) -> bool:
    """Return whether a row is sent whatever the account holds, with all rows of its contacts."""
    return bool(row.birthday or row.new_email or row.counts_twice)


class Comparison:
    """Compares contacts of an account with the rows of a file.

    Args:
        catalogue: The account's names: one that two tags or two custom fields have says nothing.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._shared_tags = _shared(catalogue.tags.values())
        self._shared_fields = _shared(one.name for one in catalogue.fields.values())

    def is_unchanged(self, contact: ServiceContact, rows: Iterable[Contact]) -> bool:
        """Return whether the contact certainly ends as it is.

        Args:
            contact: As the account has it.
            rows: All rows that concern it, in the file's order, at least one.
        """
        folded = _Folded()
        for row in rows:
            if is_always_sent(row) or row.email.lower() != contact.email.lower():
                return False
            folded.add(row)
        return (
            folded.written.isdisjoint(contact.unclear)
            and all(getattr(contact, name) == text for name, text in folded.texts.items())
            and _has_all(contact.fields, folded.fields)
            and self._shared_fields.isdisjoint(folded.fields)
            and folded.lists.issubset(contact.lists)
            and self._has_tags_as_wanted(contact, folded)
        )

    def _has_tags_as_wanted(self, contact: ServiceContact, folded: "_Folded") -> bool:
        # A tag that is both added and removed fails one or the other.
        return (
            folded.added_tags.issubset(contact.tags)
            and folded.removed_tags.isdisjoint(contact.tags)
            and self._shared_tags.isdisjoint(folded.added_tags)
        )


class _Folded:
    """What rows say together: the last value of each member."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.lists: set[str] = set()
        self.added_tags: set[str] = set()
        self.removed_tags: set[str] = set()

    def add(self, row: Contact) -> None:
        self.texts.update((name, text) for name in _TEXTS if (text := getattr(row, name)))
        self.fields.update(row.fields)
        self.lists.update(row.lists)
        self.added_tags.update(row.tags, row.add_tags)
        self.removed_tags.update(row.remove_tags)

    @property
    def written(self) -> set[str]:
        """The members that any row writes, by their names in `ServiceContact`."""
        many = {
            "fields": self.fields,
            "lists": self.lists,
            "tags": self.added_tags or self.removed_tags,
        }
        return {*self.texts, *(name for name, values in many.items() if values)}


def _has_all(present: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(present.get(name) == text for name, text in wanted.items())


def _shared(names: Iterable[str]) -> frozenset[str]:
    """Return the names that several have."""
    return frozenset(name for name, count in Counter(names).items() if count > 1)
