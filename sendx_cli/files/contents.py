"""What is in a file that is not text itself: the rows of a sheet, or an unpacked text.

They are copied into a temporary file, so that they can be read as often as needed; what a run is
known by, and what a failed row goes beside, is still the file that was given.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sendx_cli.files.layout import Layout
from sendx_cli.files.spool import Copy
from sendx_cli.files.verified import FileDigest

if TYPE_CHECKING:
    from sendx_cli.files.workbooks.sheet_row import Merge


@dataclass(frozen=True, slots=True)
class Contents:
    """A copy of what is in a file.

    Args:
        copy: The copy, which the caller must delete.
        digest: What it holds.
        layout: Its layout, if it is the rows of a sheet; a text's is still to be found.
        merges: The merged cells of the sheet.
    """

    copy: Copy
    digest: FileDigest
    layout: Layout | None = None
    merges: "tuple[Merge, ...]" = ()

    @property
    def path(self) -> Path:
        """Where the copy can be read."""
        return self.copy.path
