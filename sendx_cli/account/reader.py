"""The account's names and contacts, read from the service."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from sendx_cli.account.fetcher import Fetcher
from sendx_cli.core.account.catalogue import (
    FIELDS,
    LISTS,
    MEMBERS,
    TAGS,
    Catalogue,
    are_understood,
    fields_in,
    lists_in,
    members_in,
    tags_in,
)
from sendx_cli.core.account.paging import Item, PagedReading
from sendx_cli.core.account.service_contact import ServiceContact, service_contact
from sendx_cli.core.contact.address import contact_key

CONTACTS = "/contact"
CATALOGUE = (TAGS, FIELDS, LISTS, MEMBERS)

_NO_END = "it was not read to its end"


class SearchedContact(NamedTuple):
    """What the search for an address found.

    Args:
        address: What was searched for.
        contact: The contact; None if there is none, or the search failed.
        problem: Why the search failed, if it did.
    """

    address: str
    contact: ServiceContact | None
    problem: str | None = None


def contact_pages(max_pages: int | None = None) -> PagedReading:
    """Return a reading of all contacts, or of the first pages."""
    return PagedReading(CONTACTS, max_pages=max_pages)


class AccountReader:
    """Reads an account; nothing is raised for what cannot be read, which is told by its values.

    Args:
        fetcher: Fetches pages; closed with this.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    @property
    def calls(self) -> int:
        """Requests that were made."""
        return self._fetcher.calls

    def catalogue(self, paths: Collection[str] = CATALOGUE) -> Catalogue:
        """Read the account's tags, custom fields, lists and first members, side by side.

        Args:
            paths: Which of them; what is left out has a problem, as if it could not be read.
        """
        readings = {path: PagedReading(path) for path in CATALOGUE if path in paths}
        if MEMBERS in readings:
            readings[MEMBERS] = PagedReading(MEMBERS, max_pages=1)
        found: dict[str, list[Item]] = {path: [] for path in CATALOGUE}
        for reading, items in self._fetcher.fetch(readings.values()):
            found[reading.path] += items
        problems = {path: _problem(readings.get(path), found[path]) for path in CATALOGUE}
        return Catalogue(
            tags=tags_in(found[TAGS]),
            fields=fields_in(found[FIELDS]),
            lists=lists_in(found[LISTS]),
            members=members_in(found[MEMBERS]),
            problems={path: reason for path, reason in problems.items() if reason is not None},
        )

    def contacts(self, reading: PagedReading, catalogue: Catalogue) -> Iterator[ServiceContact]:
        """Yield the contacts of a reading as they come, each once.

        Args:
            reading: Made by `contact_pages`; tells afterwards whether it came to its end.
            catalogue: Explains their ids.
        """
        for _, items in self._fetcher.fetch([reading]):
            for item in items:
                if (contact := service_contact(item, catalogue)) is not None:
                    yield contact

    def search(self, addresses: Iterable[str], catalogue: Catalogue) -> Iterator[SearchedContact]:
        """Search for addresses one by one, side by side; yield each as it is found or not.

        The service also finds addresses of which this one is a part: the contact is the one whose
        address is equal (`contact_key`), and only an end of the hits says that there is none.
        """
        readings = (PagedReading(CONTACTS, search=address) for address in addresses)
        found: dict[PagedReading, ServiceContact] = {}
        for reading, items in self._fetcher.fetch(readings):
            address = reading.search or ""
            if (contact := _of_address(address, items, catalogue)) is not None:
                reading.stop()
                found[reading] = contact
            if reading.is_done:
                hit = found.pop(reading, None)
                yield SearchedContact(address, hit, None if hit else reading.problem)

    def close(self) -> None:
        """Close all connections."""
        self._fetcher.close()


def _problem(reading: PagedReading | None, items: Iterable[Item]) -> str | None:
    """Return why what was read of a collection is not known to be all of it."""
    if reading is None:
        return "it was not asked for"
    if reading.problem is not None or reading.path == MEMBERS:
        return reading.problem
    if reading.has_strange_members or not are_understood(reading.path, items):
        return "it holds what has no id or no name"
    return None if reading.is_complete else _NO_END


def _of_address(address: str, items: Iterable[Item], catalogue: Catalogue) -> ServiceContact | None:
    key = contact_key(address)
    for item in items:
        email = item.get("email")
        if isinstance(email, str) and contact_key(email) == key:
            return service_contact(item, catalogue)
    return None
