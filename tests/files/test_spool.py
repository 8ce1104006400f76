import builtins
import gzip
import io
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from sendx_cli.core.mapping.source_rows import SourceRow
from sendx_cli.files.layout import FileFormat, Overrides
from sendx_cli.files.source import STANDARD_INPUT, open_source
from sendx_cli.files.spool import is_copy, spool
from tests.files.sheets import ods_row, save_ods

NAMELESS = pytest.mark.skipif(
    not Path("/dev/fd").exists(), reason="open files cannot be opened by their number here"
)


class Broken(io.BytesIO):
    """A stream that breaks after its first part."""

    def read(self, _size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError("broken")
        return super().read(5)


def test_a_copy_holds_all_of_its_stream_for_its_owner_alone(tmp_path: Path) -> None:
    """However long that is."""
    content = b"email\n" * 500_000
    path = spool(io.BytesIO(content), tmp_path).path
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
    copy = spool(io.BytesIO(b"x"), tmp_path).path
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


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@NAMELESS
@pytest.mark.parametrize("shares_places", [False, True])
def test_a_copy_that_is_not_kept_has_no_name(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, shares_places: bool
) -> None:
    """It is read as often as needed; on macOS whoever opens it reads on where others stopped."""
    if shares_places:
        _share_places(monkeypatch)
    rows = [SourceRow(line, (f"p{line}@b.co",)) for line in range(2, 50_000)]
    stdin = "email\n" + "".join(f"{row.cells[0]}\n" for row in rows)
    with open_source(STANDARD_INPUT, Overrides(), io.BytesIO(stdin.encode())) as source:
        assert list(temporary.iterdir()) == []
        for _ in range(2):
            assert list(source.rows()) == rows


@NAMELESS
@pytest.mark.parametrize("kind", ["gz", "ods", "xlsx"])
def test_nor_has_one_of_a_workbook_or_an_archive(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """It is found out what it is, and read, where all who open it share their place."""
    rows = [SourceRow(line, (f"p{line}@b.co",)) for line in range(2, 2_000)]
    addresses = [row.cells[0] for row in rows]
    path = tmp_path / f"people.{kind}"
    if kind == "gz":
        path.write_bytes(gzip.compress("\n".join(["email", *addresses]).encode()))
    elif kind == "ods":
        save_ods(path, "".join(map(ods_row, ["email", *addresses])))
    else:
        from tests.files.workbooks import save_rows

        save_rows(path, ["email"], *([one] for one in addresses))
    _share_places(monkeypatch)
    stdin = io.BytesIO(path.read_bytes())
    with open_source(STANDARD_INPUT, Overrides(), stdin) as source:
        assert list(temporary.iterdir()) == []
        assert list(source.rows()) == rows


def _share_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever opens a file by its number read on where others stopped, as on macOS."""
    by_number, by_name = os.open, io.open

    def open_number(path: str | Path, flags: int, mode: int = 0o600) -> int:
        place = Path(path)
        is_number = place.parent == Path("/dev/fd")
        return os.dup(int(place.name)) if is_number else by_number(path, flags, mode)

    def open_file(path: str | Path | int, *arguments: Any, **named: Any) -> Any:
        place = Path() if isinstance(path, int) else Path(path)
        is_number = place.parent == Path("/dev/fd")
        return by_name(os.dup(int(place.name)) if is_number else path, *arguments, **named)

    monkeypatch.setattr(os, "open", open_number)
    monkeypatch.setattr(io, "open", open_file)
    monkeypatch.setattr(builtins, "open", open_file)


def test_a_copy_has_a_name_where_the_system_needs_one(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows, or a system without /dev/fd: it is deleted with its source."""
    monkeypatch.setattr(os.path, "samestat", lambda *_: False)
    with open_source(STANDARD_INPUT, Overrides(), io.BytesIO(b"email\na@b.co\n")) as source:
        assert list(source.rows()) == [SourceRow(2, ("a@b.co",))]
        assert list(temporary.iterdir()) == [source.path]
    assert list(temporary.iterdir()) == []


@NAMELESS
def test_a_kill_leaves_no_copy(program: str, temporary: Path) -> None:
    """It holds addresses, and nobody would delete it."""
    command = [program, "identify", "--from", "-", "--dry-run", "--output", "json"]
    environ = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environ) as process:
        assert process.stdin is not None
        process.stdin.write(b"email\n" + b"a@b.co\n" * 500_000)  # more than a pipe holds
        process.kill()
    assert process.returncode == -9
    assert list(temporary.iterdir()) == []


@NAMELESS
def test_nor_is_there_one_of_what_an_archive_holds(temporary: Path, tmp_path: Path) -> None:
    """Unpacked it holds the same addresses."""
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(b"email\na@b.co\n"))
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        assert list(source.rows()) == [SourceRow(2, ("a@b.co",))]
        assert list(temporary.iterdir()) == []


def test_blanks_before_the_first_object_hide_it_not(tmp_path: Path) -> None:
    """It is JSON Lines all the same."""
    path = tmp_path / "people.txt"
    path.write_text(' \t{"email": "a@b.co"}\n')
    assert open_source(str(path), Overrides(), io.BytesIO()).layout.format is FileFormat.JSON_LINES
