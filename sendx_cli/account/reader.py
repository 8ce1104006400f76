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
from sendx_cli.core.replies.verdict import Verdict

CONTACTS = "/contact"
CATALOGUE = (TAGS, FIELDS, LISTS, MEMBERS)

_NO_END = "it was not read to the end"
_MOST_SEARCH_PAGES = 20
_TOO_MANY_HITS = "too many contacts match"


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
    def refusal(self) -> Verdict | None:
        """Why contacts cannot be read, where no further request can change that."""
        return self._fetcher.unreadable.stops.get(CONTACTS)

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
        for page in self.contacts_by_page(reading, catalogue):
            yield from page

    def contacts_by_page(
        self, reading: PagedReading, catalogue: Catalogue
    ) -> Iterator[list[ServiceContact]]:
        """Yield the contacts of each page as it comes; arguments are those of `contacts`."""
        for _, items in self._fetcher.fetch([reading]):
            contacts = (service_contact(item, catalogue) for item in items)
            yield [contact for contact in contacts if contact is not None]

    def search(self, addresses: Iterable[str], catalogue: Catalogue) -> Iterator[SearchedContact]:
        """Search for addresses one by one, side by side; yield each as it is found or not.

        The service also finds addresses of which this one is a part: the contact is the one whose
        address is equal (`contact_key`), and only an end of the hits says that there is none.
        """
        wanted: dict[PagedReading, str] = {}
        for reading, items in self._fetcher.fetch(_searches(addresses, wanted)):
            contact = _of_address(wanted.get(reading, ""), items, catalogue)
            if contact is not None:
                reading.stop()
                yield SearchedContact(wanted.pop(reading), contact)
            elif reading in wanted and reading.is_done:
                yield SearchedContact(wanted.pop(reading), None, _why_not_sure(reading))

    def close(self) -> None:
        """Close all connections."""
        self._fetcher.close()


def _searches(addresses: Iterable[str], wanted: dict[PagedReading, str]) -> Iterator[PagedReading]:
    """Yield the search for each address, and note in `wanted` which is for which."""
    for address in addresses:
        reading = PagedReading(CONTACTS, search=_search_term(address), max_pages=_MOST_SEARCH_PAGES)
        wanted[reading] = address
        yield reading


def _search_term(address: str) -> str:
    """Return what to search for: a domain with other letters may be kept in either of two forms."""
    local, at, domain = address.rpartition("@")
    return address if domain.isascii() else local + at


def _why_not_sure(reading: PagedReading) -> str | None:
    """Return why a search that found nothing does not show that there is nothing."""
    if reading.is_complete:
        return None
    return reading.problem or _TOO_MANY_HITS


def _problem(reading: PagedReading | None, items: Iterable[Item]) -> str | None:
    """Return why what was read of a collection is not known to be all of it."""
    if reading is None:
        return "it was not asked for"
    if reading.problem is not None or reading.path == MEMBERS:
        return reading.problem
    if reading.has_strange_members or not are_understood(reading.path, items):
        return "it has an entry without an id or a name"
    return None if reading.is_complete else _NO_END


def _of_address(address: str, items: Iterable[Item], catalogue: Catalogue) -> ServiceContact | None:
    key = contact_key(address)
    for item in items:
        email = item.get("email")
        if isinstance(email, str) and contact_key(email) == key:
            return service_contact(item, catalogue)
    return None
