import gzip
import io
import os
from pathlib import Path

import pytest

from sendx_cli.core.mapping.source_rows import MemberRow, SourceRow
from sendx_cli.errors import FileRefused, PassingTrouble
from sendx_cli.files.layout import FileFormat, Overrides
from sendx_cli.files.source import open_source
from tests.files.sheets import read, refusal

_CSV = "email;name\nann@b.co;J\u00f6\n"


def test_a_gzip_archive_is_read_as_what_is_in_it(tmp_path: Path) -> None:
    """Its encoding and layout are detected as ever; the digest is that of the archive."""
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(_CSV.encode("cp1252")))
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        assert list(source.rows()) == [SourceRow(2, ("ann@b.co", "Jö"))]
        assert source.layout.encoding == "cp1252"
        assert (source.path, source.digest.length) == (path, path.stat().st_size)


def test_json_lines_in_a_gzip_archive_are_known_by_the_name_within_its_name(
    tmp_path: Path,
) -> None:
    """As they are without it."""
    path = tmp_path / "people.jsonl.gz"
    path.write_bytes(gzip.compress(b'\n{"email": "ann@b.co"}\n'))
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        assert source.layout.format is FileFormat.JSON_LINES
        (row,) = source.rows()
    assert isinstance(row, MemberRow)


def test_several_archives_in_one_file_are_read_to_the_end(tmp_path: Path) -> None:
    """As `cat a.gz b.gz` makes them, and `gunzip` reads them."""
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(b"email\nann@b.co\n") + gzip.compress(b"bob@b.co\n"))
    assert read(path)[1] == [SourceRow(2, ("ann@b.co",)), SourceRow(3, ("bob@b.co",))]


def test_standard_input_can_be_a_gzip_archive() -> None:
    """By its first bytes."""
    stdin = io.BytesIO(gzip.compress(b"email\nann@b.co\n"))
    with open_source("-", Overrides(), stdin) as source:
        assert list(source.rows()) == [SourceRow(2, ("ann@b.co",))]
    assert not source.path.exists()


@pytest.mark.parametrize("cut", [1, 9, 20])
def test_a_truncated_archive_is_refused(tmp_path: Path, cut: int) -> None:
    """Not one row of it is read: the rest may be people who opted out."""
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(_CSV.encode() * 20)[:-cut])
    assert refusal(path).message == "the gzip archive is damaged, or it is truncated"


def test_an_archive_made_to_fill_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as it has unpacked to far more than lists do; nothing of it is left."""
    path, temporary = tmp_path / "people.csv.gz", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    path.write_bytes(gzip.compress(b"email\n" + b"ann@b.co\n" * (8 << 20)))
    message = "it unpacks to more than 200 times its size: this is not a list of contacts"
    assert refusal(path).message == message
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (
            b"\x28\xb5\x2f\xfd\x04\x00",
            "this is a Zstandard archive, not CSV or JSON Lines",
            "`zstdcat FILE | sendx identify --from -`",
        ),
        (
            b"PAR1\x15\x04",
            "this is a Parquet file, not CSV or JSON Lines",
            "`duckdb -csv -nullvalue '' -c \"from 'FILE'\" | sendx identify --from -`",
        ),
        (
            b"SQLite format 3\0",
            "this is an SQLite database, not CSV or JSON Lines",
            "`sqlite3 -csv -header FILE 'select ...' | sendx identify --from -`",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1",
            "this is an old Excel workbook, or one with a password, not CSV or JSON Lines",
            "save it as .xlsx without a password, or as CSV",
        ),
    ],
)
def test_what_is_not_read_comes_with_the_command_that_turns_it_into_lines(
    tmp_path: Path, content: bytes, message: str, hint: str
) -> None:
    """By the door that every program has."""
    path = tmp_path / "people"
    path.write_bytes(content)
    refused = refusal(path)
    assert (refused.message, refused.hint) == (message, hint)


def test_an_archive_that_changes_while_it_is_unpacked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a run is known by must be what was sent."""
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(b"email\nann@b.co\n"))
    opened = gzip.open

    def changing(name: Path) -> gzip.GzipFile:
        with path.open("ab") as file:
            file.write(gzip.compress(os.urandom(8).hex().encode()))
        return opened(name)

    monkeypatch.setattr("gzip.open", changing)
    with pytest.raises(FileRefused, match="it changed while its rows were read"):
        open_source(str(path), Overrides(), io.BytesIO())


def test_a_copy_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk or a missing folder is no error of the file's."""
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(b"email\nann@b.co\n"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(PassingTrouble) as refused:
        open_source(str(path), Overrides(), io.BytesIO())
    assert refused.value.message == "cannot be unpacked: no such file or directory"
    assert refused.value.where == str(tmp_path / "gone")
