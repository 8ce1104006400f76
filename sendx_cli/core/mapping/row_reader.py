"""Reading the values of contacts from rows, by a mapping."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sendx_cli.core.contact.address import unwrap_address
from sendx_cli.core.contact.members import MEMBERS, ContactValues, Kind
from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.dates import DateOrder, parse_birthday
from sendx_cli.core.mapping.member_cells import Members, read_members
from sendx_cli.core.mapping.opt_out_scan import OptOutScan, decision_hint, is_decided
from sendx_cli.core.mapping.opt_out_words import value_key
from sendx_cli.core.mapping.opt_outs import OptOutRule, Standing
from sendx_cli.core.mapping.source_rows import (
    CellFault,
    MemberRow,
    OptedOut,
    RowError,
    RowValues,
    SourceRow,
)
from sendx_cli.core.mapping.spellings import EDGES, Target
from sendx_cli.core.mapping.tag_cells import split_tags
from sendx_cli.errors import InvalidValue

_OF_CELLS = [member for members in MEMBERS.values() for member in members]
_APART = frozenset({"email", "birthday", "fields"})
"""Members that need more than a cell's text, or its parts."""
_SINGLE = {Target(m.name): m.name for m in _OF_CELLS if m.is_single and m.name not in _APART}
_SEVERAL = {Target(m.name): m.name for m in _OF_CELLS if m.kind in {Kind.TAGS, Kind.LISTS}}
_ADDRESS_SEPARATOR = " ::: "
_PHONE_NAME = re.compile(r"phone|mobile|\btel\b|telefon|whatsapp|\bsms\b", re.IGNORECASE)
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+\Z", re.IGNORECASE)
_MAX_CELLS_KEPT = 4096


class _Undecided(InvalidValue):
    """The row is an opt-out in a column that the user has not decided about."""


class RowReader:
    """Reads rows by a mapping, whose date order is known if it has birthdays.

    Args:
        mapping: What each column is for.
    """

    def __init__(self, mapping: ColumnMapping) -> None:
        self._mapping = mapping
        self._header = [column.name for column in mapping.columns]
        self._columns = {column.name: column for column in mapping.columns}
        self._email = next(_with_target(mapping, {Target.EMAIL})).position - 1
        self._singles = [(c.position - 1, _SINGLE[t]) for c, t in _targets(mapping, _SINGLE)]
        self._several = [(c, c.position - 1, _SEVERAL[t]) for c, t in _targets(mapping, _SEVERAL)]
        self._fields = list(_with_target(mapping, {Target.FIELD}))
        self._birthday = next(_with_target(mapping, {Target.BIRTHDAY}), None)
        self._full_name = next(_with_target(mapping, {Target.FULL_NAME}), None)
        self._nameless = list(_with_target(mapping, {Target.NAMELESS}))
        self._opt_outs = [column for column in mapping.columns if column.opt_out]
        self._opt_out_values = frozenset(map(value_key, mapping.opt_out_values))
        self._scan = OptOutScan(mapping)
        self._may_opt_out = bool(self._opt_outs or mapping.opted_out_by_name)
        self._has_rare = bool(self._birthday or self._full_name or self._nameless)
        self._tags_of_cell: dict[str, tuple[str, ...]] = {}
        self._used = {c.position - 1 for c in mapping.columns if c.target is not Target.IGNORED}

    def read(self, row: SourceRow | MemberRow) -> RowValues | RowError | OptedOut:
        """Return a row's values, why they cannot be read, or that it is an opt-out."""
        cells = row.cells if isinstance(row, SourceRow) else ()
        text = row.text if isinstance(row, MemberRow) else ""
        texts: Sequence[str] = cells
        members = None
        try:
            if isinstance(row, MemberRow):
                members = read_members(row.members, self._columns)
                texts = members.texts
            elif row.faults:
                self._refuse_faults(row.faults)
            if self._mapping.results is not None:
                self._mapping.results.refuse_unaccepted(row, self._header)
            return self._read(row.line, texts, members)
        except InvalidValue as error:
            return RowError(
                row.line,
                error.message,
                error.where,
                error.hint,
                cells=cells,
                text=text,
                email=texts[self._email].strip(EDGES) or None if texts else None,
                is_structural=isinstance(error, _Undecided),
                is_undecided=isinstance(error, _Undecided),
            )

    def _read(
        self, line: int, texts: Sequence[str], members: Members | None
    ) -> RowValues | OptedOut:
        email = texts[self._email].strip(EDGES)
        if "@" not in email:
            self._refuse_without_address(email, texts)
        if self._may_opt_out and (reason := self._opt_out(texts)):
            return OptedOut(line, email, reason)
        leaving = self._leaving(texts, members)
        values = self._single_values(texts)
        notes: list[str] = []
        if "<" in email or ":" in email:
            email = self._bare_address(email, notes)
        for column, place, name in self._several:
            if tags := self._several_values(column, texts[place], members):
                values[name] = values.get(name, ()) + tags
                if tag := self._scan.find_among(column, tags):
                    leaving = _leaving(column, tag)
        if self._has_rare:
            self._add_rare(texts, values)
        if (self._fields or members) and (fields := self._field_values(texts, members, notes)):
            values["fields"] = fields
        return RowValues(line, ContactValues(email, **values), tuple(notes), leaving)

    def _single_values(self, texts: Sequence[str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for place, name in self._singles:
            if text := texts[place].strip(EDGES):
                values[name] = self._unmarked(text) if text[0] == "'" else text
        if "new_email" in values:
            values["new_email"] = unwrap_address(values["new_email"])
        return values

    def _refuse_without_address(self, email: str, texts: Sequence[str]) -> None:
        name = self._header[self._email]
        if not email:
            raise InvalidValue(f"{name} is empty", where=name)
        if email == name and all(
            text.strip(EDGES) == header for text, header in zip(texts, self._header, strict=True)
        ):
            raise InvalidValue("the row repeats the header", hint="were files concatenated?")

    def _refuse_faults(self, faults: Sequence[CellFault]) -> None:
        for fault in faults:
            if fault.place in self._used:
                raise InvalidValue(fault.message, where=self._header[fault.place])

    def _opt_out(self, texts: Sequence[str]) -> str | None:
        if by_name := self._mapping.opted_out_by_name:
            return f"the file's name says {by_name.word}"
        for column in self._opt_outs:
            text = texts[column.position - 1].strip(EDGES)
            assert column.opt_out is not None
            standing = column.opt_out.standing(text, self._opt_out_values)
            if standing is Standing.LEFT:
                return f"{column.name} is {text}" if text else f"{column.name} is empty"
            if standing is Standing.UNCLEAR and column.target is Target.OPT_OUT:
                name = column.name
                raise InvalidValue(
                    f"cannot tell whether the person opted in or out: {text}",
                    where=name,
                    hint="list the values that mean opted out, as in --opt-out-values "
                    "'unsubscribed'; "
                    "all others then mean opted in"
                    if column.opt_out is OptOutRule.NAMED
                    else f"if nobody whose {name} is {text} opted out, use --ignore '{name}'",
                )
        return None

    def _leaving(self, texts: Sequence[str], members: Members | None) -> str | None:
        """Return what marks a row as an opt-out in any cell but tags, if it is sent anyway."""
        if members is None:
            found = self._scan.find(texts)
        else:
            found = self._scan.find_in(members.columns, texts)
        if members is not None and members.fields:
            found = self._scan_fields(members) or found
        return _leaving(*found) if found else None

    def _scan_fields(self, members: Members) -> tuple[Column, str] | None:
        column = self._mapping.column(Target.FIELDS)
        if column is None:
            return None
        text = self._scan.find_among(column, [text for _, text in members.fields])
        return None if text is None else (column, text)

    def _bare_address(self, email: str, notes: list[str]) -> str:
        if self._mapping.preset.joins_addresses and _ADDRESS_SEPARATOR in email:
            email = email.partition(_ADDRESS_SEPARATOR)[0]
            notes.append("further addresses of the cell are ignored")
        return unwrap_address(email)

    def _several_values(
        self, column: Column, cell: str, members: Members | None
    ) -> tuple[str, ...]:
        if members is not None:
            return members.arrays.get(column.position, ())
        if cell not in self._tags_of_cell:
            if len(self._tags_of_cell) >= _MAX_CELLS_KEPT:
                self._tags_of_cell.clear()
            try:
                self._tags_of_cell[cell] = split_tags(cell.strip(EDGES), self._mapping.tag_style)
            except InvalidValue as error:
                raise error.at(column.name) from None
        return self._tags_of_cell[cell]

    def _add_rare(self, texts: Sequence[str], values: dict[str, Any]) -> None:
        for column in self._nameless:
            if text := texts[column.position - 1].strip(EDGES):
                raise InvalidValue(
                    f"column {column.position} has no name, but contains: {text}",
                    hint=f"name it in the header, or use --ignore '#{column.position}'",
                )
        if self._full_name and (name := texts[self._full_name.position - 1].strip(EDGES)):
            first, _, last = name.rpartition(" ")
            values.update({"first_name": first.strip(), "last_name": last} if first else {})
            values.setdefault("first_name", name)
        if self._birthday and (text := texts[self._birthday.position - 1].strip(EDGES)):
            if text in self._mapping.preset.empty_dates:
                return
            values["birthday"] = self._read_birthday(self._birthday, text)

    def _read_birthday(self, column: Column, text: str) -> str:
        try:
            return parse_birthday(text, self._mapping.date_order or DateOrder.YMD)
        except InvalidValue as error:
            raise error.at(column.name) from None

    def _field_values(
        self, texts: Sequence[str], members: Members | None, notes: list[str]
    ) -> tuple[tuple[str, str], ...]:
        fields = [] if members is None else list(members.fields)
        columns = self._fields if members is None else members.columns
        for column in columns:
            if column.target is not Target.FIELD:
                continue
            text = texts[column.position - 1].strip(EDGES)
            if not text:
                continue
            name = column.field or column.name
            fields.append((name, self._unmarked(text)))
            if _ROUNDED.match(text) and _PHONE_NAME.search(f"{column.name} {name}"):
                notes.append(f"{column.name} was rounded by a spreadsheet: {text}")
        return tuple(fields)

    def _unmarked(self, text: str) -> str:
        if text[0] == "'" and self._mapping.preset.marks_text and text[1:2] in "+0123456789":
            return text[1:]
        return text


def _leaving(column: Column, text: str) -> str:
    """Return what marks a row as an opt-out that is sent anyway.

    Raises:
        _Undecided: The user has not decided to send such rows.
    """
    if not is_decided(column):
        raise _Undecided(
            f"says that the person opted out: {text}", where=column.name, hint=decision_hint(column)
        )
    return f"{column.name} is {text}"


def _targets(mapping: ColumnMapping, names: dict[Target, str]) -> Iterator[tuple[Column, Target]]:
    for column in mapping.columns:
        if column.target in names:
            yield column, column.target


def _with_target(mapping: ColumnMapping, targets: Collection[Target]) -> Iterator[Column]:
    return (column for column in mapping.columns if column.target in targets)
