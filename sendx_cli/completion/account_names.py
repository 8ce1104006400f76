"""The account's names, as a plan or a lookup last read them."""

import os
from typing import TYPE_CHECKING

from sendx_cli.completion.candidates import Typed

if TYPE_CHECKING:
    from sendx_cli.account.name_cache import AccountNames


def names_of(typed: Typed) -> "AccountNames":
    """Return the names of the account that the command would be sent to; none where none are kept.

    No request is made, and no key command is run.

    Args:
        typed: Options may name a profile or a base URL.

    Raises:
        SendxError: The settings cannot be read.
    """
    from sendx_cli.account.name_cache import kept_names
    from sendx_cli.settings.files import read_config
    from sendx_cli.settings.paths import config_path
    from sendx_cli.settings.resolve import resolve

    said = {"profile": "--profile", "base_url": "--base-url"}
    flags: dict[str, object] = {
        name: typed.options[option][-1] for name, option in said.items() if option in typed.options
    }
    return kept_names(resolve(flags, os.environ, read_config(config_path())))
