"""The plan of a run: numbers about all rows of a source, before the first request."""

from collections.abc import Iterable
from dataclasses import dataclass

from sendx_cli.core.account.catalogue import Catalogue
from sendx_cli.core.contact.contact import Contact, Identify
from sendx_cli.core.contact.shards import WHOLE, Shard
from sendx_cli.core.contact.validation import counts
from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.opt_outs import OptOutRule
from sendx_cli.core.mapping.source_rows import OptedOut, RowError
from sendx_cli.core.plan.account_comparison import AccountComparison, compare
from sendx_cli.core.plan.address_changes import NO_COLLISIONS, AddressesSeen, Collisions
from sendx_cli.core.plan.bad_rows import NO_BAD_ROWS, BadRows, BadRowsSeen
from sendx_cli.core.plan.look_alikes import look_alikes
from sendx_cli.core.plan.name_counts import NO_NAMES, NameCounter, NameCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be sent, what will not, and what looks odd about it.

    Args:
        source: The file as it was given, or `standard input`.
        mapping: What each column is for.
        layout_notes: What was detected of the file's layout.
        to_send: Rows that will be sent.
        contacts: Different contacts among them.
        unchanged: Rows that are not sent because they would change nothing in the account.
        unchanged_contacts: Different contacts among those.
        new_addresses: Different addresses that they change one to.
        bad: Rows that cannot be sent.
        held_back: Opt-outs that are not sent, by what marks them.
        sent_though_opted_out: Rows that are sent though they say that the person opted out, by
            what says so: somebody named their column.
        undecided: Bad rows of which nobody said whether they are to be sent, by their column.
        tags_added: Rows that add each tag.
        tags_removed: Rows that remove each tag.
        lists: Rows that put their contact on each list.
        fields: Rows that write each custom field.
        counting_fields: Those of them that count it up or down (`++5`, `--5`).
        row_notes: Rows with something odd that does not stop them, by what it is.
        similar_tags: Groups of tags that differ only in case or spacing.
        similar_fields: The same of custom fields.
        collisions: Changes of address that get into each other's way.
        account: What it would change in the account; None where that was not read.
        shard: The shard of the file whose contacts these are.
        elsewhere: Rows of other shards that are sent or held back there.
        held_back_elsewhere: How many of them are held back.
        bad_elsewhere: Bad rows in other shards.
    """

    source: str
    mapping: ColumnMapping
    layout_notes: tuple[str, ...] = ()
    to_send: int = 0
    contacts: int = 0
    unchanged: int = 0
    unchanged_contacts: int = 0
    new_addresses: int = 0
    bad: BadRows = NO_BAD_ROWS
    held_back: NameCounts = NO_NAMES
    sent_though_opted_out: NameCounts = NO_NAMES
    undecided: NameCounts = NO_NAMES
    tags_added: NameCounts = NO_NAMES
    tags_removed: NameCounts = NO_NAMES
    lists: NameCounts = NO_NAMES
    fields: NameCounts = NO_NAMES
    counting_fields: NameCounts = NO_NAMES
    row_notes: NameCounts = NO_NAMES
    similar_tags: tuple[tuple[str, ...], ...] = ()
    similar_fields: tuple[tuple[str, ...], ...] = ()
    collisions: Collisions = NO_COLLISIONS
    account: AccountComparison | None = None
    shard: Shard = WHOLE
    elsewhere: int = 0
    held_back_elsewhere: int = 0
    bad_elsewhere: BadRows = NO_BAD_ROWS

    @property
    def rows(self) -> int:
        """All rows of the shard."""
        return self.to_send + self.unchanged + self.bad.count + self.held_back.total

    @property
    def rows_of_file(self) -> int:
        """All rows of the source."""
        return self.rows + self.elsewhere + self.bad_elsewhere.count

    @property
    def bad_of_file(self) -> BadRows:
        """All bad rows of the source."""
        return self.bad.and_(self.bad_elsewhere) if self.bad_elsewhere.count else self.bad

    def bad_shown(self, *, skip_invalid: bool) -> BadRows:
        """Return the bad rows that are the shard's concern: all, unless others are skipped."""
        of_file = self.bad_of_file
        return self.bad if skip_invalid and not of_file.is_structural else of_file

    @property
    def duplicates(self) -> int:
        """Rows to send whose contact has an earlier row."""
        return self.to_send - self.contacts


class PlanBuilder:
    """Builds a plan from rows; for a million rows it needs about 20 MB.

    Args:
        mapping: What each column is for.
        source: The file as it was given.
        layout_notes: What was detected of its layout.
        catalogue: What the account holds, if that was read.
        shard: The shard of the file that is planned.
    """

    def __init__(
        self,
        mapping: ColumnMapping,
        source: str,
        layout_notes: tuple[str, ...] = (),
        catalogue: Catalogue | None = None,
        shard: Shard = WHOLE,
    ) -> None:
        self.mapping = mapping
        self._shard = shard
        self._elsewhere = 0
        self._held_back_elsewhere = 0
        self._bad_elsewhere = BadRowsSeen()
        self._catalogue = catalogue
        self._source = source
        self._layout_notes = layout_notes
        self._to_send = 0
        self._addresses = AddressesSeen()
        self._bad = BadRowsSeen()
        self._held_back = NameCounter()
        self._sent_though_opted_out = NameCounter()
        self._undecided = NameCounter()
        self._tags_added = NameCounter()
        self._tags_removed = NameCounter()
        self._lists = NameCounter()
        self._fields = NameCounter()
        self._counting_fields = NameCounter()
        self._row_notes = NameCounter()

    def add(
        self, contact: Contact, line: int, notes: Iterable[str] = (), leaving: str | None = None
    ) -> None:
        """Record a row that will be sent.

        Args:
            contact: The contact.
            line: Its line.
            notes: Its oddities: `what: value`.
            leaving: What marks it as an opt-out, if anything does.
        """
        self._to_send += 1
        self._addresses.add(contact.contact_keys, line)
        if isinstance(contact, Identify):
            self._tags_added.add(contact.tags)
            self._lists.add(contact.lists)
            if contact.fields:
                self._fields.add(name for name, _ in contact.fields)
                self._counting_fields.add(name for name, text in contact.fields if counts(text))
        else:
            self._tags_added.add(contact.add_tags)
            self._tags_removed.add(contact.remove_tags)
        if notes:
            self._row_notes.add(note.partition(": ")[0] for note in notes)
        if leaving:
            self._sent_though_opted_out.add((leaving,))

    def bad(self, error: RowError) -> None:
        """Record a row that cannot be sent."""
        self._bad.add(error)
        self._note_undecided(error)

    def held_back(self, row: OptedOut) -> None:
        """Record a row whose person left."""
        self._held_back.add((self._reason(row.reason),))

    def elsewhere(self, row: RowError | OptedOut | None) -> None:
        """Record a row that falls to another shard; None: one that is sent there."""
        if isinstance(row, RowError):
            self._bad_elsewhere.add(row)
            self._note_undecided(row)
            return
        self._elsewhere += 1
        self._held_back_elsewhere += row is not None

    def plan(self) -> Plan:
        """Return the plan as it stands."""
        tags_added, tags_removed = self._tags_added.result(), self._tags_removed.result()
        fields, lists = self._fields.result(), self._lists.result()
        return Plan(
            source=self._source,
            mapping=self.mapping,
            layout_notes=self._layout_notes,
            to_send=self._to_send,
            contacts=self._addresses.count_contacts(),
            new_addresses=self._addresses.count_changes(),
            bad=self._bad.result(),
            held_back=self._held_back.result(),
            sent_though_opted_out=self._sent_though_opted_out.result(),
            undecided=self._undecided.result(),
            tags_added=tags_added,
            tags_removed=tags_removed,
            lists=lists,
            fields=fields,
            counting_fields=self._counting_fields.result(),
            row_notes=self._row_notes.result(),
            similar_tags=look_alikes(name for name, _ in tags_added.names + tags_removed.names),
            similar_fields=look_alikes(name for name, _ in fields.names),
            collisions=self._addresses.collisions(),
            account=None
            if self._catalogue is None
            else compare(self._catalogue, tags=tags_added, fields=fields, lists=lists),
            shard=self._shard,
            elsewhere=self._elsewhere,
            held_back_elsewhere=self._held_back_elsewhere,
            bad_elsewhere=self._bad_elsewhere.result(),
        )

    def _note_undecided(self, error: RowError) -> None:
        if error.is_undecided:
            self._undecided.add((error.column or "",))

    def _reason(self, reason: str) -> str:
        """Group what is different for each person, such as the day on which they left."""
        for column in self.mapping.columns:
            start = f"{column.name} is "
            if column.opt_out is OptOutRule.LEAVING and reason.startswith(start):
                return reason if reason.removeprefix(start).isalpha() else f"{start}filled"
        return reason
