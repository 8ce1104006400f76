"""The plan of an undo: numbers about all that it sends, and about what it does not take back."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sendx_cli.core.account.remarks import Irreversible, NotUndone, Remark
from sendx_cli.core.account.undoing import Undoing
from sendx_cli.core.contact.contact import Identify
from sendx_cli.core.plan.account_comparison import AccountComparison
from sendx_cli.core.plan.name_counts import NO_NAMES, NameCounter, NameCounts

MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class RemarkGroup:
    """What is not taken back for one reason.

    Args:
        kind: The reason.
        count: How often.
        first: The first `MAX_EXAMPLES`.
    """

    kind: Irreversible | NotUndone
    count: int
    first: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """What an undo sends, and what it does not take back.

    Args:
        run: The run that it takes back.
        account: Whose account it is.
        contacts: Contacts that it changes.
        calls: Rows that it sends.
        tags_away: Contacts from which each tag is taken away.
        tags_back: Contacts to which each tag is put back.
        values: Contacts whose names or company are written back, by which.
        fields: Contacts of which each custom field is written back.
        addresses: Contacts whose address is changed back.
        not_undone: Contacts that it leaves alone, by why.
        irreversible: What else stays, by why.
    """

    run: str
    account: AccountComparison
    contacts: int = 0
    calls: int = 0
    tags_away: NameCounts = NO_NAMES
    tags_back: NameCounts = NO_NAMES
    values: NameCounts = NO_NAMES
    fields: NameCounts = NO_NAMES
    addresses: int = 0
    not_undone: tuple[RemarkGroup, ...] = ()
    irreversible: tuple[RemarkGroup, ...] = ()

    @property
    def has_not_undone(self) -> bool:
        """Whether it leaves any contact alone."""
        return bool(self.not_undone)


@dataclass(slots=True)
class _Examples:
    count: int = 0
    first: list[Remark] = field(default_factory=list)

    def add(self, remark: Remark) -> None:
        self.count += 1
        if len(self.first) < MAX_EXAMPLES:
            self.first.append(remark)


class UndoPlanBuilder:
    """Builds the plan of an undo, contact by contact.

    Args:
        run: The run that it takes back.
        members: The addresses of the team's first members.
    """

    def __init__(self, run: str, members: tuple[str, ...] = ()) -> None:
        self._run = run
        self._account = AccountComparison(members=members)
        self._contacts = 0
        self._calls = 0
        self._addresses = 0
        self._tags_away = NameCounter()
        self._tags_back = NameCounter()
        self._values = NameCounter()
        self._fields = NameCounter()
        self._remarks: dict[Irreversible | NotUndone, _Examples] = {}

    def add(self, undoing: Undoing) -> None:
        """Record what takes the rows of some contacts back."""
        # All rows of a contact name it by the address that it has now.
        self._contacts += len({row.email for row in undoing.rows})
        self._calls += len(undoing.rows)
        for row in undoing.rows:
            if not isinstance(row, Identify):
                self._tags_away.add(row.remove_tags)
                self._tags_back.add(row.add_tags)
                continue
            self._addresses += row.new_email is not None
            self._fields.add(name for name, _ in row.fields)
            written = {
                "first name": row.first_name,
                "last name": row.last_name,
                "company": row.company,
            }
            self._values.add(noun for noun, value in written.items() if value)
        for remark in undoing.remarks:
            self._remarks.setdefault(remark.kind, _Examples()).add(remark)

    def plan(self) -> UndoPlan:
        """Return the plan as it stands."""
        return UndoPlan(
            run=self._run,
            account=self._account,
            contacts=self._contacts,
            calls=self._calls,
            tags_away=self._tags_away.result(),
            tags_back=self._tags_back.result(),
            values=self._values.result(),
            fields=self._fields.result(),
            addresses=self._addresses,
            not_undone=self._groups(tuple(NotUndone)),
            irreversible=self._groups(tuple(Irreversible)),
        )

    def _groups(self, kinds: Sequence[Irreversible | NotUndone]) -> tuple[RemarkGroup, ...]:
        found = ((kind, self._remarks.get(kind)) for kind in kinds)
        return tuple(RemarkGroup(kind, one.count, tuple(one.first)) for kind, one in found if one)
