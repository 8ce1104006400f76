import csv
import io
import stat
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendx_cli.core.mapping.source_rows import MemberRow, RowError, SourceRow
from sendx_cli.errors import FileRefused, InvalidValue
from sendx_cli.files.encoding import CHUNK_BYTES
from sendx_cli.files.layout import Dialect, FileFormat, Overrides, parse_delimiter, parse_quote
from sendx_cli.files.source import Source, open_source

_MINIMAL: Literal[0] = csv.QUOTE_MINIMAL
_ALL: Literal[1] = csv.QUOTE_ALL
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
_CELLS = st.text(
    st.characters(codec="cp1252", exclude_characters="\0\x1a", exclude_categories=("Cc", "Cs"))
    | st.sampled_from(' ",;\t|\r\n\u00e9'),
    max_size=8,
)


def _open(folder: Path, content: bytes, overrides: Overrides | None = None) -> Source:
    path = folder / "people.csv"
    path.write_bytes(content)
    return open_source(str(path), overrides or Overrides(), io.BytesIO())


def _rows(folder: Path, content: bytes, overrides: Overrides | None = None) -> list[object]:
    return list(_open(folder, content, overrides).rows())


def _lines_of(text: str) -> int:
    return len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1


@settings(max_examples=150, deadline=None)
@given(
    table=st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(_ENCODINGS),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from((_MINIMAL, _ALL)),
    title=st.sampled_from(["", "People\n", "\n\n"]),
)
def test_reads_back_any_table_cell_by_cell(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[tuple[str, str, str]],
    delimiter: str,
    encoding: str,
    ends: str,
    quoting: Literal[0, 1],
    title: str,
) -> None:
    """Whatever a writer of CSV wrote, in any dialect and encoding, is read with its lines."""
    if any(end in cell for cells in table for cell in cells for end in "\r\n"):
        quoting = _ALL  # a writer leaves a bare carriage return unquoted otherwise
    expected = []
    text = io.StringIO(newline="")
    text.write(title)
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ends, quoting=quoting)
    for cells in [("email", "first name", "note"), *table]:
        line = _lines_of(text.getvalue()) + 1
        if any(cells):
            expected.append(SourceRow(line, cells))
        writer.writerow(cells)
    said = encoding if encoding == "cp1252" or encoding[-2:] in {"le", "be"} else None
    source = _open(
        tmp_path_factory.getbasetemp(), text.getvalue().encode(encoding), Overrides(encoding=said)
    )
    assert source.layout.header == ("email", "first name", "note")
    assert source.layout.dialect == Dialect(delimiter)
    assert list(source.rows()) == expected[1:]


@pytest.mark.parametrize(
    ("content", "codec", "notes"),
    [
        (b"email,n\na@example.com,J\xc3\xb6\n", "utf-8", ()),
        (b'\xef\xbb\xbf"email",n\na@example.com,J\xc3\xb6\n', "utf-8-sig", ()),
        (b"\xef\xbb\xbf\xef\xbb\xbfemail,n\na@example.com,J\xc3\xb6\n", "utf-8-sig", ()),
        (
            "email\tn\r\na@example.com\tJö\r\n".encode("utf-16"),
            "utf-16",
            ("found a tab as the delimiter", "encoding utf-16"),
        ),
        ("email,n\na@example.com,Jö\n".encode("utf-16-le"), "utf-16-le", ("encoding utf-16-le",)),
        ("email,n\na@example.com,Jö\n".encode("utf-16-be"), "utf-16-be", ("encoding utf-16-be",)),
        (
            b"email,n\na@example.com,J\xf6\n",
            "cp1252",
            ("encoding Windows-1252, as it is not UTF-8: line 2 reads a@example.com,Jö",),
        ),
    ],
)
def test_finds_the_encoding(
    tmp_path: Path, content: bytes, codec: str, notes: tuple[str, ...]
) -> None:
    """Marks and what decodes tell the encodings in use; what is not plain is said."""
    source = _open(tmp_path, content)
    assert (source.layout.encoding, source.layout.notes) == (codec, notes)
    assert source.layout.header == ("email", "n")
    assert list(source.rows()) == [SourceRow(2, ("a@example.com", "Jö"))]


@pytest.mark.parametrize(
    ("content", "message", "where"),
    [
        (b"", "the file is empty", ""),
        (b"\xef\xbb\xbf\r\n", "the file is empty", ""),
        (
            b"PK\x03\x04rest",
            "this is an Excel workbook or a ZIP archive, not CSV or JSON Lines",
            "",
        ),
        (b"\x1f\x8b\x08rest", "the gzip archive is damaged, or it is truncated", ""),
        (b"<!DOCTYPE html><html>", "this looks like HTML or XML, not CSV or JSON Lines", ""),
        (
            b"email,n\na@example.com,\xc3\xb6\nb@example.com,\xf6\n",
            "line 3, byte 15: 0xF6 is not UTF-8",
            ":3",
        ),
        (b"email,n\na@example.com,\xc3", "line 2, byte 15: 0xC3 is not UTF-8", ":2"),
        ("email,n\na@example.com,Иван\n".encode("cp1251"), "neither UTF-8 nor Windows-1252", ":2"),
        (b"email" * 300_000, "a line is longer than 1 MiB: this is not a list of contacts", ""),
        (b"a@example.com,Ann\n", "line 1 looks like a row, not a header", ":1"),
        (
            b"a@example.com,Ann\nemail,name\n",
            "line 1 looks like a row, but comes before the header",
            ":1",
        ),
        (
            b'[{"email":"a@example.com"}]',
            "this is a JSON array, but one object per line is expected",
            "",
        ),
        (b"{nothing\n", "no line is a JSON object", ""),
    ],
)
def test_refuses_what_is_no_file_of_contacts(
    tmp_path: Path, content: bytes, message: str, where: str
) -> None:
    """Nothing of such a file is read, and what it is instead is said with its place."""
    with pytest.raises(FileRefused) as refused:
        _open(tmp_path, content)
    assert refused.value.message == message
    assert refused.value.where == f"{tmp_path / 'people.csv'}{where}"


def test_refuses_what_cannot_be_opened(tmp_path: Path) -> None:
    """A missing file and a directory are told apart."""
    with pytest.raises(FileRefused, match="no such file"):
        open_source(str(tmp_path / "none.csv"), Overrides(), io.BytesIO())
    with pytest.raises(FileRefused, match="this is a directory"):
        open_source(str(tmp_path), Overrides(), io.BytesIO())


@pytest.mark.parametrize(
    ("content", "dialect", "titles", "notes"),
    [
        (b"email;n\n", Dialect(";"), (), ('found ";" as the delimiter',)),
        (b"sep=;\r\nemail;n\r\n", Dialect(";"), (), ("used the line sep=;",)),
        (b"email|n\n", Dialect("|"), (), ('found "|" as the delimiter',)),
        (b"'email','n'\n", Dialect(",", "'"), (), ("found ' as the quote character",)),
        (b'"email", "n"\n', Dialect(",", '"', skips_space=True), (), ()),
        (
            b"Members of 2024;\nby nea@example.com\n\nemail;n\n",
            Dialect(";"),
            ("Members of 2024", "by nea@example.com"),
            ('found ";" as the delimiter', "skipped 2 lines before the header"),
        ),
        (b'email,n\r\na@example.com,"x\ny"\r\n', Dialect(), (), ()),
        (
            b"email,n\ra@example.com,x\n",
            Dialect(),
            (),
            ("some lines end in a bare carriage return",),
        ),
    ],
)
def test_finds_the_header_and_its_dialect(
    tmp_path: Path,
    content: bytes,
    dialect: Dialect,
    titles: tuple[str, ...],
    notes: tuple[str, ...],
) -> None:
    """The delimiter that makes a column of addresses appear is the file's."""
    layout = _open(tmp_path, content).layout
    assert (layout.header, layout.dialect) == (("email", "n"), dialect)
    assert (layout.titles, layout.notes) == (titles, notes)


def test_takes_what_is_said_of_a_file(tmp_path: Path) -> None:
    """Delimiter, quote, title lines, encoding and columns can be said, and hold then."""
    overrides = Overrides(
        delimiter="semicolon", quote="none", title_lines=1, encoding="latin-1", takes_ragged=True
    )
    source = _open(tmp_path, b'email,x\nemail;a,"b\nn\xe9@example.com;5" p\nx@e.org\n', overrides)
    assert source.layout.header == ("email", 'a,"b')
    assert list(source.rows()) == [
        SourceRow(3, ("né@example.com", '5" p')),
        SourceRow(4, ("x@e.org", "")),
    ]
    headless = _open(tmp_path, b"a@example.com;Ann\n", Overrides(columns=("email", "first_name")))
    assert list(headless.rows()) == [SourceRow(1, ("a@example.com", "Ann"))]
    assert headless.layout.notes == ('found ";" as the delimiter',)
    said = Overrides(columns=("email", "first_name"), delimiter=";")
    assert list(_open(tmp_path, b'a@example.com;Ann,B\nb@example.com;"B;C"\n', said).rows()) == [
        SourceRow(1, ("a@example.com", "Ann,B")),
        SourceRow(2, ("b@example.com", "B;C")),
    ]
    assert _open(tmp_path, b"email,n\n", Overrides(encoding="UTF8")).layout.encoding == "utf-8-sig"
    mapped = _open(tmp_path, b"People\nKontakt;n\n", Overrides(email_columns=("kontakt",)))
    assert (mapped.layout.header, mapped.layout.titles) == (("Kontakt", "n"), ("People",))


@pytest.mark.parametrize("text", ["", ",,", "\n"])
def test_refuses_a_delimiter_that_cannot_be(text: str) -> None:
    """A delimiter is one character, by itself or by its name."""
    assert (parse_delimiter("tab"), parse_delimiter("^"), parse_quote("none")) == ("\t", "^", "")
    with pytest.raises(InvalidValue, match="a delimiter is one character"):
        parse_delimiter(text)


def test_knows_delimiters_and_quotes_by_their_names() -> None:
    r"""In any case; a shell that leaves `\t` as it is means a tab as well."""
    names = ("comma", "Semicolon", "TAB", "\\t", "pipe", "bar", ":")
    assert [parse_delimiter(name) for name in names] == [",", ";", "\t", "\t", "|", "|", ":"]
    assert [parse_quote(name) for name in ("none", "Double", "single", "")] == ["", '"', "'", ""]
    for text in ("''", "<>", " ", "\n"):
        with pytest.raises(InvalidValue, match="a quote is one character, or none"):
            parse_quote(text)


def test_a_stray_quote_before_the_header_hides_it_not(tmp_path: Path) -> None:
    """A title may hold anything that is no row."""
    source = _open(tmp_path, b'Pipes of 5" and more\nemail,n\na@e.org,x\n')
    assert (source.layout.header, list(source.rows())) == (
        ("email", "n"),
        [SourceRow(3, ("a@e.org", "x"))],
    )


def test_refuses_a_wide_text_that_is_cut_short(tmp_path: Path) -> None:
    """Half a letter at its end: rows may be missing behind it."""
    content = "email,n\na@e.org,x\n".encode("utf-16-le")
    for mark in (b"\xff\xfe", b""):
        with pytest.raises(FileRefused) as refused:
            _open(tmp_path, mark + content[:-1])
        assert refused.value.message.startswith("the file is not UTF-16")
        assert refused.value.message.endswith(", or it is truncated")


def test_knows_formats_by_the_words_of_the_option() -> None:
    """As `--format` takes them, and a saved run keeps them."""
    assert [FileFormat("csv"), FileFormat("jsonl")] == [FileFormat.DELIMITED, FileFormat.JSON_LINES]


def test_refuses_an_encoding_that_there_is_not(tmp_path: Path) -> None:
    """A codec that is no text encoding counts as none."""
    for name in ("utf-99", "hex"):
        with pytest.raises(InvalidValue, match=f"no such encoding: {name}"):
            _open(tmp_path, b"email\n", Overrides(encoding=name))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"a@e.org", RowError(2, "1 cell, the header has 2", cells=("a@e.org",))),
        (b"a@e.org,,", RowError(2, "3 cells, the header has 2", cells=("a@e.org", "", ""))),
        (b"a@e.org,x\0y", RowError(2, "a NUL character", text="a@e.org,x\0y\n")),
        (
            b'a@e.org,5" pipe',
            RowError(
                2,
                "a quote within a cell that does not begin with one",
                text='a@e.org,5" pipe\n',
                is_structural=True,
            ),
        ),
        (
            b'a@e.org, "x"',
            RowError(
                2,
                "a quote within a cell that does not begin with one",
                text='a@e.org, "x"\n',
                is_structural=True,
            ),
        ),
        (
            b'a@e.org,"x"y',
            RowError(2, "text after a closing quote", text='a@e.org,"x"y\n', is_structural=True),
        ),
        (
            b'a@e.org,"x\n\ny"z',
            RowError(
                2,
                "text after a closing quote",
                last_line=4,
                text='a@e.org,"x\n\ny"z\n',
                is_structural=True,
            ),
        ),
    ],
)
def test_makes_an_error_of_what_csv_overlooks(
    tmp_path: Path, content: bytes, error: RowError
) -> None:
    """The row is an error with its lines, and the next one is read all the same."""
    rows = _rows(tmp_path, b"email,n\n" + content + b"\nb@e.org,y\n")
    assert len(rows) == 2
    found = rows[0]
    assert isinstance(found, RowError)
    assert found == RowError(
        error.line,
        error.message,
        hint=found.hint,
        last_line=error.last_line,
        cells=error.cells,
        text=error.text,
        is_structural=error.is_structural,
    )
    assert rows[1] == SourceRow(3 + content.count(b"\n"), ("b@e.org", "y"))


def test_makes_an_error_of_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    """Up to 128 KiB it runs to the end of the file, beyond that the cell is too long."""
    short, long = (
        _rows(tmp_path, b'email,n\na@e.org,"x\n' + b"b@e.org,y\n" * count) for count in (1, 20_000)
    )
    assert [
        (row.message, row.line, row.last_line) for row in short if isinstance(row, RowError)
    ] == [("a quote is never closed", 2, 3)]
    error = next(row for row in long if isinstance(row, RowError))
    assert (
        error.message == "a cell is longer than 128 KiB: its closing quote is most likely missing"
    )
    assert error.last_line is not None
    assert len(error.text) <= 2000
    assert len(long) == 1 + 20_002 - error.last_line


def test_leaves_out_blank_rows_and_the_mark_at_the_end(tmp_path: Path) -> None:
    """Blank lines, rows of empty cells and a control-Z at the end hold nobody."""
    rows = _rows(tmp_path, b"email,n\r\n\r\n,\r\na@e.org,x\r\n\r\n\x1a")
    assert rows == [SourceRow(4, ("a@e.org", "x"))]


def test_does_not_cut_lines_where_only_unicode_does(tmp_path: Path) -> None:
    """U+2028, NEL and a vertical tab are text; in JSON Lines so is a bare carriage return."""
    cell = "x\u2028\u0085\vy"
    rows = _rows(tmp_path, f"email,n\na@e.org,{cell}\n".encode())
    assert rows == [SourceRow(2, ("a@e.org", cell))]


def test_spools_standard_input_for_its_owner_only(tmp_path: Path) -> None:
    """A pipe is read like a file, its copy is private, and goes when nobody asked to keep it."""
    content = b"email\na@e.org\n"
    folder = tmp_path / "spool"
    folder.mkdir()
    with open_source("-", Overrides(), io.BytesIO(content)) as source:
        assert (source.name, source.file_name) == ("standard input", "")
        assert stat.S_IMODE(source.path.stat().st_mode) == 0o600
        assert list(source.rows()) == list(source.rows()) == [SourceRow(2, ("a@e.org",))]
    assert not source.path.exists()
    with open_source("-", Overrides(), io.BytesIO(content), folder) as kept:
        pass
    assert kept.path.read_bytes() == content
    with pytest.raises(FileRefused, match="the file is empty") as refused:
        open_source("-", Overrides(), io.BytesIO(b""), folder)
    assert refused.value.where == "standard input"
    assert list(folder.iterdir()) == [kept.path]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON at column 2"),
        ("[1]", "expected an object, found an array"),
        ("null", "expected an object, found null"),
        ("1", "expected an object, found a number"),
        ('{"email":"a","email":"b"}', 'member "email" appears twice'),
        ('{"email":NaN}', "NaN is not JSON"),
        ('{"email":"\\ud800"}', "half of a surrogate pair is not a character"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_reads_json_lines_strictly(tmp_path: Path, line: str, message: str) -> None:
    """What Python takes but JSON does not is that line's error; the others are read."""
    source = _open(tmp_path, b'{"email":"a@e.org"}\n' + line.encode() + b"\n")
    assert source.layout.format is FileFormat.JSON_LINES
    assert list(source.rows()) == [
        MemberRow(1, '{"email":"a@e.org"}', {"email": "a@e.org"}),
        RowError(2, message, text=line[:2000]),
    ]


def test_takes_json_numbers_of_any_length(tmp_path: Path) -> None:
    """A number is kept as it was written, however long."""
    digits = "9" * 5000
    rows = _rows(tmp_path, f'{{"email":"a@e.org","n":{digits},"m":1e5}}\n'.encode())
    assert isinstance(rows[0], MemberRow)
    assert rows[0].members == {"email": "a@e.org", "n": digits, "m": "1e5"}


def test_a_file_with_fewer_lines_than_were_said_to_be_titles_has_no_header(tmp_path: Path) -> None:
    """Nothing is read of it."""
    for lines in (1, 2, 5):
        with pytest.raises(FileRefused, match="no header"):
            _open(tmp_path, b"email,n\n", Overrides(title_lines=lines))


def test_a_member_that_stands_twice_is_named(tmp_path: Path) -> None:
    """Nobody knows which of the two is meant."""
    rows = _rows(tmp_path, b'{"email": "a@b.co", "n": 1, "n": 2}\n{"email": "b@b.co"}\n')
    found = rows[0]
    assert isinstance(found, RowError)
    assert 'member "n" appears twice' in found.message


def test_rows_that_are_too_long_are_errors_with_their_own_lines(tmp_path: Path) -> None:
    """And those behind them are read."""
    long = b"x" * 200_000 + b",y\n"
    rows = _rows(tmp_path, b"email,n\n" + long + b"a@e.org,1\n" + long + long + b"b@e.org,2\n")
    errors = [(row.line, row.last_line) for row in rows if isinstance(row, RowError)]
    assert errors == [(2, None), (4, None), (5, None)]
    assert [row for row in rows if isinstance(row, SourceRow)] == [
        SourceRow(3, ("a@e.org", "1")),
        SourceRow(6, ("b@e.org", "2")),
    ]


def test_a_line_end_between_two_reads_is_one(tmp_path: Path) -> None:
    """No bare carriage return is seen where its line feed comes with the next megabyte."""
    begin = b"email,n\r\na@e.org,"
    content = begin.ljust(CHUNK_BYTES - 1, b"y") + b"\r\n"
    source = _open(tmp_path, content + b"z@e.org,last\n")
    assert not [note for note in source.layout.notes if "carriage return" in note]


def test_the_first_letter_counts_for_the_encoding(tmp_path: Path) -> None:
    """Also where it is the only one that is not ASCII."""
    source = _open(tmp_path, b"\xe9tat,email\nx,a@e.org\n")
    assert source.layout.header == ("\u00e9tat", "email")
    assert source.layout.encoding == "cp1252"


def test_blanks_before_quotes_are_read_as_the_header_has_them(tmp_path: Path) -> None:
    """What stands behind a closing quote is an error there as well."""
    good, bad = b'"x ""y"",1", "a@e.org"\n', b'"y", "b@e.org"z\n'
    rows = _rows(tmp_path, b'"n", "email"\n' + good + bad + b'"w", "c@e.org"\n')
    assert rows[0] == SourceRow(2, ('x "y",1', "a@e.org"))
    assert rows[2] == SourceRow(4, ("w", "c@e.org"))
    broken = rows[1]
    assert isinstance(broken, RowError)
    assert broken.message == "text after a closing quote"


@pytest.mark.parametrize("ending", ["jsonl", "ndjson", "json", "JSONL"])
def test_a_files_name_tells_json_lines_where_its_first_line_does_not(
    tmp_path: Path, ending: str
) -> None:
    """A first line that is broken is a bad row, and no header."""
    path = tmp_path / f"people.{ending}"
    path.write_text('broken\n{"email": "a@b.co"}\n')
    source = open_source(str(path), Overrides(), io.BytesIO())
    assert source.layout.format is FileFormat.JSON_LINES
    assert [row.line for row in source.rows()] == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-32-le"])
def test_wide_texts_are_read_where_that_is_said(tmp_path: Path, encoding: str) -> None:
    """Their many zeros make them no binary file."""
    content = "email,n\na@e.org,\u0142\n".encode(encoding)
    rows = _rows(tmp_path, content, Overrides(encoding=encoding))
    assert rows == [SourceRow(2, ("a@e.org", "\u0142"))]
