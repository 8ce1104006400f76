"""Finding the contacts of many addresses: by pages where that is cheaper, then by searches.

A page has 100 contacts and costs what a search for one costs. So the pages are read first, half as
many as there are addresses at most, and no further once all are found; what was not seen in them
is searched for one by one, because a contact that was not seen may be there all the same.
"""

from collections.abc import Iterable, Iterator

from sendx_cli.account.reader import AccountReader, SearchedContact, contact_pages
from sendx_cli.core.account.catalogue import Catalogue
from sendx_cli.core.contact.address import contact_key

FEW = 10
"""As many addresses, or fewer, are searched for at once."""


def find_contacts(
    reader: AccountReader, catalogue: Catalogue, addresses: Iterable[str]
) -> Iterator[SearchedContact]:
    """Yield each contact as it is found, or that there is none: one for every different address.

    Args:
        reader: Reads the account.
        catalogue: Explains the ids in contacts.
        addresses: What to find; two that are the same contact's count once.
    """
    for found in find_step_by_step(reader, catalogue, addresses):
        if found is not None:
            yield found


def find_step_by_step(
    reader: AccountReader, catalogue: Catalogue, addresses: Iterable[str]
) -> Iterator[SearchedContact | None]:
    """Do the same, and yield None for each contact read that nobody looks for."""
    wanted = {contact_key(address): address for address in addresses}
    if len(wanted) > FEW:
        yield from _by_pages(reader, catalogue, wanted)
    yield from reader.search(list(wanted.values()), catalogue)


def _by_pages(
    reader: AccountReader, catalogue: Catalogue, wanted: dict[str, str]
) -> Iterator[SearchedContact | None]:
    """Yield those that pages have, and remove them from `wanted`."""
    reading = contact_pages(max_pages=len(wanted) // 2)
    for contact in reader.contacts(reading, catalogue):
        address = wanted.pop(contact_key(contact.email), None)
        yield None if address is None else SearchedContact(address, contact)
        if not wanted:
            reading.stop()
