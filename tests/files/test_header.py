import pytest

from sendx_cli.errors import FileRefused
from sendx_cli.files.header import find_header
from sendx_cli.files.layout import Dialect, Overrides


def test_a_mark_before_the_first_line_is_no_part_of_it() -> None:
    """Nor of a line that names the delimiter."""
    found = find_header(["\ufeffsep=^\n", "email^n\n"], Overrides())
    assert (found.names, found.dialect, found.first_row_line) == (("email", "n"), Dialect("^"), 3)


def test_where_there_is_no_line_there_is_no_header() -> None:
    """It is refused like any file without one."""
    with pytest.raises(FileRefused, match="no header"):
        find_header([], Overrides())
