"""Detecting that a file is not text itself: a workbook or an archive, by its first bytes."""

from pathlib import Path

from sendx_cli.errors import UsageError
from sendx_cli.files.contents import Contents
from sendx_cli.files.layout import Overrides
from sendx_cli.files.verified import open_plain

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"


def contents_of(path: Path, name: str, overrides: Overrides) -> Contents | None:
    """Copy what is in a workbook or a gzip archive; None where the file is text, or refused later.

    Args:
        path: A regular file that exists.
        name: Its name in messages.
        overrides: The user's options about its layout.

    Raises:
        FileRefused: It cannot be read, or not as contacts.
        UsageError: Options are for another kind of file.
    """
    with open_plain(path, name) as file:  # once: on macOS a copy is read in one place at a time
        magic = file.read(len(_ZIP))
        if magic == _ZIP:
            from sendx_cli.files.copying import copy_workbook

            if contents := copy_workbook(file, name, overrides):
                return contents
        refuse_sheet_options(overrides)
        if not magic.startswith(_GZIP):
            return None
        from sendx_cli.files.copying import unpack

        return unpack(file, name)


def refuse_sheet_options(overrides: Overrides) -> None:
    """Refuse options about a sheet where there is none.

    Raises:
        UsageError: One was given.
    """
    for option in ("sheet", "hidden_rows"):
        if getattr(overrides, option) is not None:
            name = option.replace("_", "-")
            raise UsageError(f"--{name} requires an Excel or OpenDocument workbook")
