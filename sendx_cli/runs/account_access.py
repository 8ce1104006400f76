"""The account as a run's commands see it: opened, with its names read once."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from sendx_cli.account.name_cache import keep_names
from sendx_cli.account.reader import AccountReader
from sendx_cli.core.account.catalogue import Catalogue
from sendx_cli.runs.context import RunContext
from sendx_cli.wiring import make_account_reader


class OpenAccount(NamedTuple):
    """An account that can be read.

    Args:
        reader: Reads its contacts.
        catalogue: Its tags, custom fields, lists and first members.
    """

    reader: AccountReader
    catalogue: Catalogue


@contextmanager
def open_account(context: RunContext) -> Iterator[OpenAccount | None]:
    """Open the account of a run, and read its names; None where the run does not use it.

    Raises:
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    if not context.spec.uses_account:
        yield None
        return
    reader = make_account_reader(context.runtime, context.settings, sandbox=context.mode.is_sandbox)
    with closing(reader):
        catalogue = reader.catalogue()
        if not context.mode.is_sandbox:
            keep_names(catalogue, context.settings)
        yield OpenAccount(reader, catalogue)
