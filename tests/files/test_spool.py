import io
import stat
import sys
from pathlib import Path

import pytest

from sendx_cli.core.mapping.source_rows import SourceRow
from sendx_cli.files.layout import FileFormat, Overrides
from sendx_cli.files.source import STANDARD_INPUT, open_source
from sendx_cli.files.spool import is_copy, spool


class Broken(io.BytesIO):
    """A stream that breaks after its first part."""

    def read(self, _size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError("broken")
        return super().read(5)


def test_a_copy_holds_all_of_its_stream_for_its_owner_alone(tmp_path: Path) -> None:
    """However long that is."""
    content = b"email\n" * 500_000
    path = spool(io.BytesIO(content), tmp_path)
    assert path.read_bytes() == content
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_of_a_stream_that_breaks_nothing_is_left(tmp_path: Path) -> None:
    """Half a file must not be taken for the whole."""
    with pytest.raises(OSError, match="broken"):
        spool(Broken(b"email\na@b.co\n"), tmp_path)
    assert list(tmp_path.glob("sendx-input-*")) == []


def test_only_a_copy_in_its_own_folder_may_be_deleted(tmp_path: Path) -> None:
    """A file of somebody's is none, whatever its name and wherever it lies."""
    copy = spool(io.BytesIO(b"x"), tmp_path)
    assert is_copy(copy, tmp_path)
    assert not is_copy(tmp_path / "people.csv", tmp_path)
    assert not is_copy(tmp_path / "mine" / copy.name, tmp_path)


def test_a_copy_is_deleted_with_its_source(tmp_path: Path) -> None:
    """Unless it is kept; if somebody was faster, that is no trouble."""
    stdin = b"  email\na@b.co\n"
    with open_source(STANDARD_INPUT, Overrides(), io.BytesIO(stdin), tmp_path) as kept:
        assert list(kept.rows()) == [SourceRow(2, ("a@b.co",))]
    assert kept.path.exists()
    with open_source(STANDARD_INPUT, Overrides(), io.BytesIO(stdin)) as passing:
        assert passing.path.exists()
    assert not passing.path.exists()
    passing.close()


def test_blanks_before_the_first_object_hide_it_not(tmp_path: Path) -> None:
    """It is JSON Lines all the same."""
    path = tmp_path / "people.txt"
    path.write_text(' \t{"email": "a@b.co"}\n')
    assert open_source(str(path), Overrides(), io.BytesIO()).layout.format is FileFormat.JSON_LINES
