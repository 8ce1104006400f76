"""Checking a source's rows, merged with the values given as options for every row."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sendx_cli.core.account.rules import ContactRules, Fault, WithoutAccount
from sendx_cli.core.contact.address import contact_key, unwrap_address
from sendx_cli.core.contact.chains import WHOLE_FILE, Share
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.contact.members import MEMBERS, ContactValues, Kind, Member, check_value
from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.source_rows import OptedOut, RowError, RowValues
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.core.plan.plan import PlanBuilder
from sendx_cli.errors import InvalidValue, UsageError
from sendx_cli.files.contact_rows import read_contacts
from sendx_cli.files.source import RowSource

_SOUND = ContactValues("a@example.com")
"""In whose company the options' values are checked by themselves."""
_WITHOUT_ACCOUNT = WithoutAccount("which is not read here")
_NAMES = frozenset({"first_name", "last_name"})
_TAG_TARGETS = frozenset({Target.ADD_TAGS, Target.REMOVE_TAGS})


class CheckedRow(NamedTuple):
    """A row that can be sent.

    Args:
        line: The line it begins on.
        contact: What it sends.
        notes: What is odd about it and does not stop it.
        leaving: What says that its person left, where it is sent all the same.
        original: What the row itself says, where the account makes it another contact.
    """

    line: int
    contact: Contact
    notes: tuple[str, ...] = ()
    leaving: str | None = None
    original: Contact | None = None


class RowChecker:
    """Makes contacts of rows. Each address is checked once: 29 µs, if it is an unusual one.

    Args:
        mapping: What each column is for, and whether it is an identify or a track.
        defaults: What options say of every row; the row's own goes over it.
        today: The day; no birthday lies after it.
        rules: What makes of a row's contact the one that is sent.

    Raises:
        InvalidValue: What the options say cannot be sent.
        UsageError: Nothing names a tag to track.
        AccountUnread: What the options say needs a part of the account that could not be read.
    """

    def __init__(
        self,
        mapping: ColumnMapping,
        defaults: ContactValues,
        *,
        today: date,
        rules: ContactRules = _WITHOUT_ACCOUNT,
    ) -> None:
        self._mapping = mapping
        self._defaults = defaults
        self._today = today
        self._rules = rules
        self._checked = Track.checked if mapping.action == Track.action else Identify.checked
        if mapping.action != Track.action or defaults.add_tags or defaults.remove_tags:
            self._refuse_options(rules)
        elif not any(column.target in _TAG_TARGETS for column in mapping.columns):
            raise UsageError(
                "no tags to add or remove",
                hint="use --add-tag or --remove-tag, or a column add_tags or remove_tags",
            )

    def under(self, rules: ContactRules) -> "RowChecker":
        """Return a checker of the same rows by the rules of an account.

        Raises:
            InvalidValue: The account does not take what the options say.
            AccountUnread: As for the class.
        """
        return RowChecker(self._mapping, self._defaults, today=self._today, rules=rules)

    def check(self, values: RowValues) -> CheckedRow | RowError:
        """Return the contact of a row, or why it cannot be sent and which column is at fault.

        Raises:
            AccountUnread: It needs a part of the account that could not be read.
        """
        try:
            checked = self._contact(values.contact)
        except InvalidValue as error:
            contact = values.contact
            faults = self._faults(contact)
            column = faults[0][1] if faults else None
            further = [one for one in faults if one[0] != error.message]
            message = "; ".join([error.message, *map(_fault_text, further)])
            return RowError(values.line, message, column, error.hint, email=contact.email)
        sent = self._rules.apply(checked)
        if sent is checked:
            return CheckedRow(values.line, checked, values.notes, values.leaving)
        if isinstance(sent, Fault):
            column = self._column_of(sent)
            return RowError(
                values.line,
                sent.message,
                column,
                sent.hint,
                email=checked.email,
                contact_keys=checked.contact_keys,
            )
        return CheckedRow(values.line, sent, values.notes, values.leaving, checked)

    def with_address(self, error: RowError) -> RowError:
        """Return why a row could not be read, and what is wrong with its address as well."""
        column = self._name_of({Target.EMAIL})
        is_of_value = error.column is not None and not error.is_structural
        if not is_of_value or not error.email or error.column == column:
            return error
        message = self._fault_of(MEMBERS[self._mapping.action][0], unwrap_address(error.email))
        if message is None:
            return error
        return replace(error, message=f"{error.message}; {_fault_text((message, column))}")

    def _refuse_options(self, rules: ContactRules) -> None:
        """Refuse what would make every row a bad one."""
        found = rules.apply(self._contact(_SOUND))
        if isinstance(found, Fault):
            options = {one.name: one.option for one in MEMBERS[self._mapping.action]}
            option = options[found.member] or "--field"
            raise InvalidValue(found.message, where=option, hint=found.hint)

    def _contact(self, values: ContactValues) -> Contact:
        return self._checked(values.over(self._defaults), today=self._today)

    def _faults(self, values: ContactValues) -> list[tuple[str, str | None]]:
        """Return what cannot be sent even by itself, with its column: options are sound."""
        found: list[tuple[str, str | None]] = []
        for member in MEMBERS[self._mapping.action]:
            value = getattr(values, member.name)
            if member.kind is Kind.FIELDS:
                found += [
                    (message, self._name_of_field(field[0]))
                    for field in value
                    if (message := self._fault_of(member, (field,)))
                ]
            elif value and (message := self._fault_of(member, value)):
                found.append((message, self._name_of(_targets_of(member))))
        return found

    def _fault_of(self, member: Member, value: object) -> str | None:
        try:
            check_value(member, value, today=self._today)
        except InvalidValue as error:
            return error.message
        return None

    def _name_of(self, targets: Collection[Target]) -> str | None:
        """Return the column's name, where there is only one that it can be."""
        names = [column.name for column in self._mapping.columns if column.target in targets]
        return names[0] if len(names) == 1 else None

    def _column_of(self, fault: Fault) -> str | None:
        if fault.field is not None:
            return self._name_of_field(fault.field)
        return self._name_of((Target(fault.member),))

    def _name_of_field(self, field: str) -> str | None:
        for column in self._mapping.columns:
            if column.target is Target.FIELD and column.field == field:
                return column.name
        return self._name_of((Target.FIELDS,))


def _fault_text(fault: tuple[str, str | None]) -> str:
    message, column = fault
    return f"{column}: {message}" if column else message


def _targets_of(member: Member) -> set[Target]:
    """Return what a column that holds this member can be for."""
    full_name = {Target.FULL_NAME} if member.name in _NAMES else set()
    return {Target(member.name), *full_name}


def read_checked(
    source: RowSource, checker: RowChecker, mapping: ColumnMapping
) -> Iterator[CheckedRow | RowError | OptedOut]:
    """Yield each row, checked, as it is read; none is kept."""
    for row in read_contacts(source, mapping):
        if isinstance(row, RowValues):
            yield checker.check(row)
        else:
            yield checker.with_address(row) if isinstance(row, RowError) else row


def check_rows(
    source: RowSource, checker: RowChecker, builder: PlanBuilder, share: Share = WHOLE_FILE
) -> Iterator[CheckedRow | RowError | OptedOut]:
    """Yield what is to become of each row, in the file's order; the plan learns of it as well.

    Rows that fall to other shards are checked and counted, and not yielded. Of a row that cannot
    be sent for what it says, nobody knows the contact: it falls to the first shard. One that the
    account does not take falls to its contact's, since every shard reads the account for itself.

    Args:
        source: The file, read once from its first row on.
        checker: Made with the same mapping as `builder`.
        builder: What takes in every row. Its plan is complete once the last row was yielded.
        share: The contacts whose rows are yielded.
    """
    is_part = not share.shard.is_whole
    for checked in read_checked(source, checker, builder.mapping):
        if is_part and not share.has(_keys_of(checked)):
            builder.elsewhere(checked if isinstance(checked, RowError | OptedOut) else None)
            continue
        if isinstance(checked, CheckedRow):
            builder.add(checked.contact, checked.line, checked.notes, checked.leaving)
        elif isinstance(checked, OptedOut):
            builder.held_back(checked)
        else:
            builder.bad(checked)
        yield checked


def _keys_of(checked: CheckedRow | RowError | OptedOut) -> tuple[str, ...]:
    """Return the contacts that a row concerns; none where that cannot be told."""
    if isinstance(checked, CheckedRow):
        return checked.contact.contact_keys
    if isinstance(checked, OptedOut):
        return (contact_key(unwrap_address(checked.email)),)
    return checked.contact_keys
