"""Sheets of Excel workbooks (.xlsx, .xlsm), row by row (ECMA-376)."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from sendx_cli.core.mapping.source_rows import CellFault
from sendx_cli.errors import FileRefused
from sendx_cli.files.workbooks.numbers import NumberFormat, date_text, iso_text, number_format
from sendx_cli.files.workbooks.package import Package, parse, unescaped
from sendx_cli.files.workbooks.sheet_row import CellText, Merge, SheetFacts, SheetRow

_BUILT_IN = {
    9: "0%", 10: "0.00%", 12: "# ?/?", 13: "# ??/??", 14: "mm-dd-yy", 15: "d-mmm-yy",
    16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "m/d/yy h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
}  # fmt: skip
"""Formats that a workbook names by their numbers; the others show plain numbers."""
_LOCAL_DATES = {*range(27, 37), *range(50, 59)}
"""Dates in East Asian versions of Excel."""
_CELL_NAME = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_TRUE = {"1", "true"}
NO_VALUE = "the formula has no saved value: open the workbook and save it"
_MAX_COLUMNS = 16_384
_MAX_ROWS = 1_048_576


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it.

    Args:
        name: Its name.
        is_hidden: Whether the workbook does not show it.
        part: Where it is in the archive.
    """

    name: str
    is_hidden: bool
    part: str


@dataclass(frozen=True, slots=True)
class XlsxWorkbook:
    """An open Excel workbook.

    Args:
        package: Its parts.
        sheets: Its worksheets, in their order.
        is_1904: Whether its days are counted from 1904.
        strings: The part with its texts; empty if it has none.
        styles: The part with its number formats; empty if it has none.
    """

    package: Package
    sheets: tuple[SheetEntry, ...]
    is_1904: bool
    strings: str
    styles: str

    def sheet(self, entry: SheetEntry) -> "XlsxSheet":
        """Return a sheet, whose rows are not read yet."""
        return XlsxSheet(self, entry)


def open_xlsx(package: Package) -> XlsxWorkbook:
    """Return an Excel workbook.

    Raises:
        FileRefused: It has no sheet with rows.
    """
    top = _relations(package, "")
    (book, *_) = [part for kind, part in top.values() if kind == "officeDocument"]
    root = package.tree(book)
    parts = _relations(package, book)
    by_kind = {kind: part for kind, part in parts.values() if part in package.names}
    sheets = tuple(_sheets(root, parts))
    if not sheets:
        raise FileRefused("the workbook has no sheet with rows")
    properties = next((one for one in root if _local(one.tag) == "workbookPr"), None)
    is_1904 = properties is not None and properties.get("date1904", "0") in _TRUE
    return XlsxWorkbook(
        package, sheets, is_1904, by_kind.get("sharedStrings", ""), by_kind.get("styles", "")
    )


def _sheets(root: Element, parts: dict[str, tuple[str, str]]) -> Iterator[SheetEntry]:
    for one in root.iter():
        if _local(one.tag) == "sheet":
            (link,) = (value for name, value in one.attrib.items() if name.endswith("}id"))
            kind, part = parts[link]
            if kind == "worksheet":
                is_hidden = one.get("state", "visible") != "visible"
                yield SheetEntry(one.get("name", ""), is_hidden, part)


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return the parts that a part refers to, by their ids: what each is, and where."""
    folder, name = posixpath.split(part)
    place = posixpath.join(folder, "_rels", f"{name}.rels")
    root = package.tree(place)
    return {
        one.attrib["Id"]: (
            one.attrib["Type"].rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, one.attrib["Target"])).lstrip("/"),
        )
        for one in root
        if one.get("TargetMode") != "External"
    }


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


class XlsxSheet:
    """A worksheet.

    Args:
        workbook: Its workbook.
        entry: Which of its sheets.
    """

    def __init__(self, workbook: XlsxWorkbook, entry: SheetEntry) -> None:
        self._workbook = workbook
        self._entry = entry
        self.name = entry.name
        self.facts = SheetFacts()

    def rows(self) -> Iterator[SheetRow]:
        """Yield its rows that are not empty, in their order."""
        book = self._workbook
        texts = _texts(book.package, book.strings) if book.strings else []
        formats = _formats(book.package, book.styles) if book.styles else []
        handler = _SheetHandler(texts, formats, self.facts, is_1904=book.is_1904)
        chunks = book.package.chunks(self._entry.part)
        for _ in parse(chunks, handler.start, handler.end, handler.text):
            yield from handler.taken()


def _texts(package: Package, part: str) -> list[str]:
    texts: list[str] = []
    pieces: list[str] = []
    inside = _Inside()

    def start(name: str, _: dict[str, str]) -> None:
        inside.start(name)
        if name == "si":
            pieces.clear()

    def end(name: str) -> None:
        inside.end(name)
        if name == "si":
            texts.append(unescaped("".join(pieces)))

    def text(piece: str) -> None:
        if inside.is_text:
            pieces.append(piece)

    for _ in parse(package.chunks_to_keep(part), start, end, text):
        pass
    return texts


@dataclass(slots=True)
class _Inside:
    """Whether what is read is a text's own, and not how it is pronounced."""

    is_t: bool = False
    is_phonetic: bool = False

    @property
    def is_text(self) -> bool:
        return self.is_t and not self.is_phonetic

    def start(self, name: str) -> None:
        if name == "t":
            self.is_t = True
        elif name == "rPh":
            self.is_phonetic = True

    def end(self, name: str) -> None:
        if name == "t":
            self.is_t = False
        elif name == "rPh":
            self.is_phonetic = False


def _formats(package: Package, part: str) -> list[NumberFormat]:
    """Return the number format of each cell style."""
    root = package.tree(part)
    codes = dict.fromkeys(_LOCAL_DATES, "yyyy-mm-dd") | _BUILT_IN
    styles: list[NumberFormat] = []
    for one in root:
        if _local(one.tag) == "numFmts":
            codes |= {int(f.attrib["numFmtId"]): f.attrib["formatCode"] for f in one}
    for one in root:
        if _local(one.tag) == "cellXfs":
            numbers = [int(style.get("numFmtId", "0")) for style in one]
            known = {n: number_format(codes.get(n, "General")) for n in set(numbers)}
            styles = [known[number] for number in numbers]
    return styles


_GENERAL = number_format("General")


@dataclass(slots=True)
class _SheetHandler:
    """Makes rows of a worksheet's elements."""

    texts: list[str]
    formats: list[NumberFormat]
    facts: SheetFacts
    is_1904: bool = field(kw_only=True)
    _rows: list[SheetRow] = field(default_factory=list)
    _row: int = 0
    _column: int = 0
    _is_hidden: bool = False
    _cells: list[str] = field(default_factory=list)
    _faults: list[CellFault] = field(default_factory=list)
    _type: str = "n"
    _style: int = 0
    _value: list[str] = field(default_factory=list)
    _inline: list[str] = field(default_factory=list)
    _is_value: bool = False
    _has_value: bool = False
    _has_formula: bool = False
    _inside: _Inside = field(default_factory=_Inside)
    _numbers: dict[str, int] = field(default_factory=dict)

    def taken(self) -> list[SheetRow]:
        """Return the rows that are complete since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, found: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(found)
        elif name == "v":
            self._is_value = self._has_value = True
        elif name == "row":
            self._start_row(found)
        elif name == "f":
            self._has_formula = True
        elif name in {"t", "rPh"}:
            self._inside.start(name)
        elif name == "col":
            if found.get("hidden", "0") in _TRUE or float(found.get("width", "1")) == 0:
                self.facts.hidden_columns.append((int(found["min"]), int(found["max"])))
        elif name == "mergeCell":
            self.facts.merges.append(_merge(found["ref"]))

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "v":
            self._is_value = False
        elif name == "row":
            if any(self._cells) or self._faults:
                row = SheetRow(self._row, tuple(self._cells), tuple(self._faults), self._is_hidden)
                self._rows.append(row)
        elif name in {"t", "rPh"}:
            self._inside.end(name)

    def text(self, piece: str) -> None:
        if self._is_value:
            self._value.append(piece)
        elif self._inside.is_text:
            self._inline.append(piece)

    def _start_row(self, found: dict[str, str]) -> None:
        number = int(found.get("r", self._row + 1))
        if not self._row < number <= _MAX_ROWS:
            raise ValueError(number)
        self._row, self._column = number, 0
        is_flat = float(found.get("ht", "1")) == 0
        self._is_hidden = is_flat or found.get("hidden", "0") in _TRUE
        self._cells, self._faults = [], []

    def _start_cell(self, found: dict[str, str]) -> None:
        place = found.get("r")
        column = self._column + 1 if place is None else self._place(place)
        if not self._column < column <= _MAX_COLUMNS:
            raise ValueError(column)
        self._column = column
        self._type, self._style = found.get("t", "n"), int(found.get("s", "0"))
        self._value, self._inline = [], []
        self._has_value = self._has_formula = False

    def _place(self, name: str) -> int:
        letters = name.rstrip("0123456789")
        if letters not in self._numbers:
            self._numbers[letters] = _column(name)
        return self._numbers[letters]

    def _end_cell(self) -> None:
        self.facts.formulas += self._has_formula
        cell = self._cell()
        if not (cell.text or cell.fault):
            return
        missing = self._column - 1 - len(self._cells)
        if missing:
            self._cells.extend([""] * missing)
        self._cells.append(cell.text)
        if cell.fault:
            self._faults.append(CellFault(self._column - 1, cell.fault))
        elif cell.note:
            self.facts.note(self._column, cell.note.partition(" ")[0], cell.note)

    def _cell(self) -> CellText:
        if self._type == "inlineStr":
            return CellText(unescaped("".join(self._inline)))
        raw = "".join(self._value)
        if self._type == "str":
            has_value = self._has_value or not self._has_formula
            return CellText(unescaped(raw), "" if has_value else NO_VALUE)
        if not raw:
            return CellText("", NO_VALUE if self._has_formula else "")
        if self._type == "s":
            return CellText(self.texts[int(raw)])
        if self._type == "b":
            return CellText("TRUE" if raw in _TRUE else "FALSE")
        if self._type == "e":
            return CellText(raw, error_fault(raw))
        style = self.formats[self._style] if self._style < len(self.formats) else _GENERAL
        if self._type == "d":
            return date_text(iso_text(raw), shows_year=style.shows_year)
        return style.text(raw, is_1904=self.is_1904)


def error_fault(code: str) -> str:
    """Return what is wrong with a cell that holds an error, such as #N/A."""
    return f"the cell holds the error {code}"


def _column(place: str) -> int:
    match = _CELL_NAME.fullmatch(place)
    if match is None:
        raise ValueError(place)
    return _number(match[1])


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _merge(reference: str) -> Merge:
    first, _, last = reference.partition(":")
    start, stop = _CELL_NAME.fullmatch(first), _CELL_NAME.fullmatch(last or first)
    if start is None or stop is None:
        raise ValueError(reference)
    return Merge(int(start[2]), int(stop[2]), _number(start[1]), _number(stop[1]))
