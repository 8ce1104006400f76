"""A source's rows, joined with what options say of every row, and checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sendx_cli.bulk.sources.contact_rows import read_contacts
from sendx_cli.bulk.sources.source import RowSource
from sendx_cli.core.columns import Mapping
from sendx_cli.core.contact import Contact, Identify, Track
from sendx_cli.core.plan import PlanBuilder
from sendx_cli.core.source_rows import Departed, RowError, RowValues
from sendx_cli.core.spellings import Target
from sendx_cli.errors import InvalidValue

_SOUND = RowValues(0, "a@example.com")
"""A row in whose place other values are checked by themselves."""
_TARGETS = {
    "email": (Target.EMAIL,),
    "new_email": (Target.NEW_EMAIL,),
    "first_name": (Target.FIRST_NAME, Target.FULL_NAME),
    "last_name": (Target.LAST_NAME, Target.FULL_NAME),
    "company": (Target.COMPANY,),
    "birthday": (Target.BIRTHDAY,),
    "tags": (Target.TAGS,),
    "lists": (Target.LISTS,),
    "add_tags": (Target.ADD_TAGS,),
    "remove_tags": (Target.REMOVE_TAGS,),
}
_TAG_TARGETS = frozenset({Target.ADD_TAGS, Target.REMOVE_TAGS})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDefaults:
    """What options say of every row.

    A row's own value wins over a single one, and over a custom field of the same name; tags and
    lists are added to the row's.
    """

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    birthday: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


class CheckedRow(NamedTuple):
    """A row that can be sent.

    Args:
        line: The line it begins on.
        contact: What it sends.
        notes: What is odd about it and does not stop it.
        leaving: What says that its person left, where it is sent all the same.
    """

    line: int
    contact: Contact
    notes: tuple[str, ...] = ()
    leaving: str | None = None


class RowChecker:
    """Makes contacts of rows. Each address is checked once: 29 µs, if it is an unusual one.

    Args:
        mapping: What each column is for, and whether it is an identify or a track.
        defaults: What options say of every row.
        today: The day; no birthday lies after it.

    Raises:
        InvalidValue: What the options say cannot be sent, or nothing names a tag to track.
    """

    def __init__(self, mapping: Mapping, defaults: RowDefaults, *, today: date) -> None:
        self._mapping = mapping
        self._defaults = defaults
        self._default_names = frozenset(name for name, _ in defaults.fields)
        self._today = today
        self._is_track = mapping.action == Track.action
        self._contact = self._track if self._is_track else self._identify
        if not self._is_track or defaults.add_tags or defaults.remove_tags:
            self._contact(_SOUND)
        elif not any(column.target in _TAG_TARGETS for column in mapping.columns):
            raise InvalidValue(
                "nothing says which tags to add or remove",
                hint="give --add-tag or --remove-tag, or a column add_tags or remove_tags",
            )

    def check(self, values: RowValues) -> CheckedRow | RowError:
        """Return the contact of a row, or why it cannot be sent and which column is to blame."""
        try:
            return CheckedRow(values.line, self._contact(values), values.notes, values.leaving)
        except InvalidValue as error:
            column = self._column_to_blame(values)
            return RowError(values.line, error.message, column, error.hint, email=values.email)

    def _identify(self, values: RowValues) -> Identify:
        defaults = self._defaults
        return Identify.checked(
            values.email,
            today=self._today,
            new_email=values.new_email,
            first_name=values.first_name or defaults.first_name,
            last_name=values.last_name or defaults.last_name,
            company=values.company or defaults.company,
            birthday=values.birthday or defaults.birthday,
            fields=self._fields(values),
            tags=values.tags + defaults.tags,
            lists=values.lists + defaults.lists,
        )

    def _track(self, values: RowValues) -> Track:
        return Track.checked(
            values.email,
            add_tags=values.add_tags + self._defaults.add_tags,
            remove_tags=values.remove_tags + self._defaults.remove_tags,
        )

    def _fields(self, values: RowValues) -> tuple[tuple[str, str], ...]:
        if not values.fields or self._default_names.isdisjoint(name for name, _ in values.fields):
            return values.fields + self._defaults.fields
        own = {name for name, _ in values.fields}
        return values.fields + tuple(
            field for field in self._defaults.fields if field[0] not in own
        )

    def _column_to_blame(self, values: RowValues) -> str | None:
        """Find the value that cannot be sent even by itself; the options' are known to be sound."""
        for name, targets in _TARGETS.items():
            value = getattr(values, name)
            member = "tags" if name in {"add_tags", "remove_tags"} else name
            if value and self._is_bad(_SOUND._replace(**{member: value})):
                return self._name_of(targets)
        for field in values.fields:
            if self._is_bad(_SOUND._replace(fields=(field,))):
                return self._name_of_field(field[0])
        return None

    def _is_bad(self, values: RowValues) -> bool:
        try:
            self._identify(values)
        except InvalidValue:
            return True
        return False

    def _name_of(self, targets: tuple[Target, ...]) -> str | None:
        """Return the column's name, where there is only one that it can be."""
        names = [column.name for column in self._mapping.columns if column.target in targets]
        return names[0] if len(names) == 1 else None

    def _name_of_field(self, field: str) -> str | None:
        for column in self._mapping.columns:
            if column.target is Target.FIELD and column.field == field:
                return column.name
        return self._name_of((Target.FIELDS,))


def read_checked(
    source: RowSource, checker: RowChecker, mapping: Mapping
) -> Iterator[CheckedRow | RowError | Departed]:
    """Yield what is to become of each row, as it is read: nothing is kept of it."""
    for row in read_contacts(source, mapping):
        yield checker.check(row) if isinstance(row, RowValues) else row


def check_rows(
    source: RowSource, checker: RowChecker, builder: PlanBuilder
) -> Iterator[CheckedRow | RowError | Departed]:
    """Yield what is to become of each row, in the file's order; the plan learns of it as well.

    Args:
        source: The file, read once from its first row on.
        checker: Made with the same mapping as `builder`.
        builder: What takes in every row. Its plan is complete once the last row was yielded.
    """
    for checked in read_checked(source, checker, builder.mapping):
        if isinstance(checked, CheckedRow):
            builder.add(checked.contact, checked.line, checked.notes, checked.leaving)
        elif isinstance(checked, Departed):
            builder.held_back(checked)
        else:
            builder.bad(checked)
        yield checked
