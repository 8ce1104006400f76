import csv
import errno
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendx_cli.core.mapping.source_rows import MemberRow, RowError, SourceRow
from sendx_cli.errors import PassingTrouble
from sendx_cli.files.failed_rows import FailedFile, FailedRow, failed_path, write_failed_rows
from sendx_cli.files.layout import Overrides
from sendx_cli.files.source import Source, open_source

OURS = ("_sendx_line", "_sendx_code", "_sendx_error")
_MINIMAL: Literal[0] = csv.QUOTE_MINIMAL
_ALL: Literal[1] = csv.QUOTE_ALL
_CELLS = st.text(
    st.characters(codec="cp1252", exclude_characters="\0\x1a", exclude_categories=("Cc", "Cs"))
    | st.sampled_from(" \"',;\t|\r\n="),
    max_size=8,
)


def opened(path: Path, content: bytes | None = None, overrides: Overrides | None = None) -> Source:
    if content is not None:
        path.write_bytes(content)
    return open_source(str(path), overrides or Overrides(), io.BytesIO())


def written(
    folder: Path,
    content: bytes,
    *failures: FailedRow,
    name: str = "people.csv",
    overrides: Overrides | None = None,
) -> bytes:
    """What the file of failed rows holds."""
    source = opened(folder / name, content, overrides)
    failed = write_failed_rows(source, failures, failed_path(source, folder))
    assert failed is not None
    assert failed.rows == len(failures)
    return failed.path.read_bytes()


def test_writes_the_rows_that_failed_in_their_own_columns(tmp_path: Path) -> None:
    """Own delimiter, encoding and line ends; cells stay as they are, also those like formulas."""
    content = 'email;"first name";note\r\na@b.co;Zoë;x\r\n\r\nb@b.co;"=1;2";"two\nlines"\r\n'
    assert (
        written(
            tmp_path, content.encode("utf-16"), FailedRow(4, "rejected", "no such contact")
        ).decode("utf-16")
        == "email;first name;note;_sendx_line;_sendx_code;_sendx_error\r\n"
        'b@b.co;"=1;2";"two\nlines";4;rejected;no such contact\r\n'
    )


@pytest.mark.parametrize(
    ("message", "cell"),
    [
        ("=cmd()", "'=cmd()"),
        ("\t@SUM(A1)", "'@SUM(A1)"),
        ("-1", "'-1"),
        ("+1", "'+1"),
        ("several\r\nlines\x1b[31m \u202eend\0", "several lines [31m end"),
        ("x" * 400, "x" * 300),
        ("\ud800 half", "half"),
    ],
)
def test_what_sendx_adds_is_harmless(tmp_path: Path, message: str, cell: str) -> None:
    """No formula for a spreadsheet, no line breaks, no controls, no message without end."""
    content = written(tmp_path, b"email\na@b.co\n", FailedRow(2, "rejected", message))
    assert content.decode().splitlines()[1] == f"a@b.co,2,rejected,{cell}"


def test_messages_fit_every_encoding(tmp_path: Path) -> None:
    """What an old encoding lacks is escaped, so that it is told from the same letters again."""
    content = "email,name\na@b.co,Zoë\n".encode("cp1252")
    assert (
        written(tmp_path, content, FailedRow(2, "rejected", "naïve €uro ж")).decode("cp1252")
        == "email,name,_sendx_line,_sendx_code,_sendx_error\n"
        "a@b.co,Zoë,2,rejected,na\\xefve \\u20acuro \\u0436\n"
    )


def test_columns_of_an_earlier_failure_are_replaced(tmp_path: Path) -> None:
    """A file of failed rows that is sent again does not grow by three columns each time."""
    first = written(
        tmp_path, b"email,name\na@b.co,Ann\nb@b.co,Bob\n", FailedRow(3, "timeout", "no answer")
    )
    assert first == (
        b"email,name,_sendx_line,_sendx_code,_sendx_error\nb@b.co,Bob,3,timeout,no answer\n"
    )
    again = opened(tmp_path / "people.failed.csv")
    failed = write_failed_rows(
        again, [FailedRow(2, "rejected", "no")], failed_path(again, tmp_path)
    )
    assert failed == FailedFile(tmp_path / "people.failed-2.csv", 1)
    assert failed.path.read_bytes() == (
        b"email,name,_sendx_line,_sendx_code,_sendx_error\nb@b.co,Bob,2,rejected,no\n"
    )


@pytest.mark.parametrize("ragged", ["b@b.co", "b@b.co,Bob,7,8", "b@b.co,B,7,8,9,10,11"])
def test_a_row_of_the_wrong_width_stays_so(tmp_path: Path, ragged: str) -> None:
    """Sent again unmended it is an error again, however often, and never guessed at."""
    source = opened(tmp_path / "people.csv", f"email,name,plan\n{ragged}\n".encode())
    for _ in range(3):
        (row,) = source.rows()
        assert isinstance(row, RowError)
        failures = [FailedRow(2, "invalid", row.message)]
        failed = write_failed_rows(source, failures, failed_path(source, tmp_path))
        assert failed is not None
        assert failed.path.read_text().splitlines()[1].startswith(f"{ragged},2,invalid,")
        source = opened(failed.path)


def test_a_row_without_cells_stays_as_it_is(tmp_path: Path) -> None:
    """What is wrong with it is told when it is read again."""
    content = b"email,name\na@b.co,A\0\nb@b.co,B\n"
    assert written(tmp_path, content, FailedRow(2, "invalid", "NUL"), FailedRow(3, "x", "y")) == (
        b"email,name,_sendx_line,_sendx_code,_sendx_error\na@b.co,A\0\nb@b.co,B,3,x,y\n"
    )


def test_members_of_json_lines_are_kept(tmp_path: Path) -> None:
    """Numbers stay as written, earlier failures are replaced, a line that is no object stays."""
    content = (
        '{"email": "a@b.co", "_sendx_error": "old", "n": 12.50, "o": {"k": [1e400, null, true]}}\n'
        '{"email": \n'
        '{"email": "zoë@b.co"}\n'
    )
    assert written(
        tmp_path,
        content.encode(),
        FailedRow(1, "rejected", "=no"),
        FailedRow(2, "invalid", "not JSON"),
        name="people.jsonl",
    ).decode() == (
        '{"email": "a@b.co", "n": 12.50, "o": {"k": [1e400, null, true]}, '
        '"_sendx_line": 1, "_sendx_code": "rejected", "_sendx_error": "=no"}\n'
        '{"email": \n'
    )


def test_cells_without_quotes_get_none(tmp_path: Path) -> None:
    """Where cells have no quotes, the message gives up what stands between cells."""
    content = b'email\tnote\na@b.co\t5" pipe\n'
    failure = FailedRow(2, "rejected", 'a\tb "c"')
    assert written(tmp_path, content, failure, overrides=Overrides(quote="none")) == (
        b"email\tnote\t_sendx_line\t_sendx_code\t_sendx_error\n"
        b'a@b.co\t5" pipe\t2\trejected\ta b "c"\n'
    )


def test_a_file_without_header_gets_one(tmp_path: Path) -> None:
    """The names that were said stand in it: it is sent again without --columns."""
    content = written(
        tmp_path,
        b"a@b.co,Ann\n",
        FailedRow(1, "rejected", "no"),
        overrides=Overrides(columns=("email", "first_name")),
    )
    assert content == (
        b"email,first_name,_sendx_line,_sendx_code,_sendx_error\na@b.co,Ann,1,rejected,no\n"
    )


@settings(max_examples=100, deadline=None)
@given(
    table=st.lists(st.tuples(_CELLS, _CELLS).filter(any), min_size=1, max_size=5),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252")),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    message=st.text(max_size=12),
)
def test_any_failed_row_is_read_back_cell_by_cell(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[tuple[str, str]],
    delimiter: str,
    encoding: str,
    end: str,
    message: str,
) -> None:
    """Whatever stood in the source stands in the file, read without a word about its layout."""
    folder = tmp_path_factory.mktemp("any")
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("email", "note"), *table])
    said = Overrides(encoding=encoding if encoding in {"cp1252", "utf-16-be"} else None)
    source = opened(folder / "people.csv", text.getvalue().encode(encoding), said)
    failures = [FailedRow(row.line, "rejected", message) for row in source.rows()]
    failed = write_failed_rows(source, failures, failed_path(source, folder))
    assert failed is not None
    back = opened(failed.path, overrides=said)
    assert back.layout.header == ("email", "note", *OURS)
    rows = [row.cells[:4] for row in back.rows() if isinstance(row, SourceRow)]
    assert rows == [
        (*cells, str(failure.line), "rejected")
        for cells, failure in zip(table, failures, strict=True)
    ]


def test_the_file_is_private_and_overwrites_nothing(tmp_path: Path) -> None:
    """Whatever the umask; a name that is taken, even by a dangling link, gets a number."""
    source = opened(tmp_path / "people.csv", b"email\na@b.co\n")
    (tmp_path / "people.failed.csv").write_text("mine")
    (tmp_path / "people.failed-2.csv").symlink_to(tmp_path / "victim")
    umask = os.umask(0o777)
    try:
        failed = write_failed_rows(
            source, [FailedRow(2, "rejected", "no")], failed_path(source, tmp_path)
        )
    finally:
        os.umask(umask)
    assert failed == FailedFile(tmp_path / "people.failed-3.csv", 1)
    assert stat.S_IMODE(failed.path.stat().st_mode) == 0o600
    assert (tmp_path / "people.failed.csv").read_text() == "mine"
    assert not (tmp_path / "victim").exists()


def test_the_file_is_on_the_disk_when_it_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy of standard input is removed next: a power failure must not take both."""
    synced: dict[int, bytes] = {}
    sync = os.fsync

    def watched(descriptor: int) -> None:
        inode = os.fstat(descriptor).st_ino
        synced[inode] = next(tmp_path.glob(".*.failed.csv.*")).read_bytes()
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    source = opened(tmp_path / "people.csv", b"email\na@b.co\n")
    failed = write_failed_rows(
        source, [FailedRow(2, "rejected", "no")], failed_path(source, tmp_path)
    )
    assert failed is not None
    assert synced[failed.path.stat().st_ino] == failed.path.read_bytes()


def test_what_cannot_be_finished_leaves_no_file(tmp_path: Path) -> None:
    """A half would be taken for all that failed."""
    source = opened(tmp_path / "people.csv", b"email\na@b.co\nb@b.co\n")

    def failures() -> Iterator[FailedRow]:
        yield FailedRow(2, "rejected", "no")
        raise PassingTrouble("the journal cannot be read")

    with pytest.raises(PassingTrouble, match="the journal cannot be read"):
        write_failed_rows(source, failures(), failed_path(source, tmp_path))
    assert list(tmp_path.glob("*.csv")) == [source.path]


def test_the_file_has_its_name_only_once_it_is_whole(tmp_path: Path) -> None:
    """A kill while it is written leaves no half that could be fixed and sent."""
    source = opened(tmp_path / "people.csv", b"email\na@b.co\nb@b.co\n")
    seen: list[Path] = []

    def failures() -> Iterator[FailedRow]:
        yield FailedRow(2, "rejected", "no")
        seen.extend(tmp_path.glob("*.failed*"))
        yield FailedRow(3, "rejected", "no")

    failed = write_failed_rows(source, failures(), failed_path(source, tmp_path))
    assert failed == FailedFile(tmp_path / "people.failed.csv", 2)
    assert seen == [path for path in seen if path.name.startswith(".")]
    assert sorted(tmp_path.glob("*people*")) == [source.path, failed.path]


def test_the_file_takes_its_name_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file system has none."""

    def refused(*_arguments: object, **_named: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refused)
    source = opened(tmp_path / "people.csv", b"email\na@b.co\n")
    (tmp_path / "people.failed.csv").write_text("mine")
    failures = [FailedRow(2, "rejected", "no")]
    failed = write_failed_rows(source, failures, failed_path(source, tmp_path))
    assert failed == FailedFile(tmp_path / "people.failed-2.csv", 1)
    assert (tmp_path / "people.failed.csv").read_text() == "mine"
    assert len(list(tmp_path.glob("*people*"))) == 3


@pytest.mark.parametrize("failures", [[], [FailedRow(99, "rejected", "no")]])
def test_without_failed_rows_there_is_no_file(tmp_path: Path, failures: list[FailedRow]) -> None:
    """Nor for a line that the source does not have."""
    source = opened(tmp_path / "people.csv", b"email\na@b.co\n")
    assert write_failed_rows(source, failures, tmp_path / "x.csv") is None
    assert list(tmp_path.glob("*.csv")) == [source.path]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The error names the file."""
    source = opened(tmp_path / "people.csv", b"email\na@b.co\n")
    path = tmp_path / "missing" / "x.csv"
    with pytest.raises(PassingTrouble) as caught:
        write_failed_rows(source, [FailedRow(2, "rejected", "no")], path)
    assert (caught.value.message, caught.value.where) == (
        "failed rows could not be written: no such file or directory",
        str(path),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("people.csv", "people.failed.csv"),
        ("people", "people.failed"),
        ("people.failed.csv", "people.failed.csv"),
        ("people.failed-12.csv", "people.failed.csv"),
        ("people.failed-today.tsv", "people.failed-today.failed.tsv"),
    ],
)
def test_the_file_stands_beside_its_source(tmp_path: Path, name: str, expected: str) -> None:
    """Failed rows that fail again keep the name; a number makes it a new file."""
    source = opened(tmp_path / name, b"email\na@b.co\n")
    assert failed_path(source, Path("elsewhere")) == tmp_path / expected


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"email\na@b.co\n", "standard-input.failed.csv"),
        (b'{"email": "a@b.co"}\n', "standard-input.failed.jsonl"),
    ],
)
def test_rows_of_standard_input_go_to_the_working_directory(
    tmp_path: Path, content: bytes, name: str
) -> None:
    """Its copy lies where nobody looks."""
    with open_source("-", Overrides(), io.BytesIO(content), tmp_path) as source:
        assert failed_path(source, Path("here")) == Path("here") / name
        assert isinstance(next(source.rows()), SourceRow | MemberRow)
