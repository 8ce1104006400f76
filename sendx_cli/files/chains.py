"""The chains of a file's changes of address, which all of its shards must see alike."""

from sendx_cli.core.contact.address import contact_key, parse_address
from sendx_cli.core.contact.chains import NO_CHAINS, Chains, Links
from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.source_rows import RowValues
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.errors import InvalidValue
from sendx_cli.files.contact_rows import read_contacts
from sendx_cli.files.source import RowSource


def read_chains(source: RowSource, mapping: ColumnMapping) -> Chains:
    """Return what the rows of a file link; it is read once if it has changes of address at all.

    A row counts whether or not it can be sent: that may depend on the day and on the account,
    which are not the same for every shard.

    Raises:
        FileRefused: The file changed while it was read.
    """
    if mapping.column(Target.NEW_EMAIL) is None:
        return NO_CHAINS
    links = Links()
    for row in read_contacts(source, mapping):
        if isinstance(row, RowValues) and row.contact.new_email:
            try:
                email, new_email = map(parse_address, (row.contact.email, row.contact.new_email))
            except InvalidValue:
                continue
            links.add(contact_key(email), contact_key(new_email))
    return Chains(links)
