"""What is in a file that is not text itself: the rows of a sheet, or an unpacked text.

They are copied into a temporary file, so that they can be read as often as needed; what a run is
known by, and what a failed row goes beside, is still the file that was given.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sendx_cli.errors import InvalidValue
from sendx_cli.files.layout import Layout, Overrides
from sendx_cli.files.verified import FileDigest

if TYPE_CHECKING:
    from sendx_cli.files.workbooks.sheet_row import Merge

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Contents:
    """A copy of what is in a file.

    Args:
        path: The copy, which the caller must delete.
        digest: What it holds.
        layout: Its layout, if it is the rows of a sheet; a text's is still to be found.
        merges: The merged cells of the sheet.
    """

    path: Path
    digest: FileDigest
    layout: Layout | None = None
    merges: "tuple[Merge, ...]" = ()


def contents_of(path: Path, name: str, overrides: Overrides) -> Contents | None:
    """Copy what is in a workbook or a gzip archive; None where the file is text, or refused later.

    Args:
        path: A regular file that exists.
        name: Its name in messages.
        overrides: The user's options about its layout.

    Raises:
        FileRefused: It cannot be read, or not as contacts.
        InvalidValue: Options are for another kind of file.
    """
    with path.open("rb") as file:
        magic = file.read(len(_ZIP))
    if magic == _ZIP:
        from sendx_cli.files.copying import copy_workbook

        if contents := copy_workbook(path, name, overrides):
            return contents
    for option in ("sheet", "hidden_rows"):
        if getattr(overrides, option) is not None:
            name_of_option = option.replace("_", "-")
            raise InvalidValue(f"--{name_of_option} requires an Excel or OpenDocument workbook")
    if not magic.startswith(_GZIP):
        return None
    from sendx_cli.files.copying import unpack

    return unpack(path, name)
