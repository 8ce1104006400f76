"""A plan as lines for people: what will be sent, and what looks odd, before the first request."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from sendx_cli.core.account.catalogue import ContactList
from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.core.mapping.own_results import OwnResults
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.core.plan.account_comparison import AccountComparison, NamesCompared
from sendx_cli.core.plan.address_changes import CollisionKind
from sendx_cli.core.plan.name_counts import NameCounts
from sendx_cli.core.plan.plan import Plan
from sendx_cli.output.account_text import account_lines
from sendx_cli.output.safe import safe
from sendx_cli.quantity import quantity

_MAX_NAMES = 20
_MAX_NAMES_IN_LINE = 6
_MAX_NAME_LENGTH = 60
_NOT_SENT = frozenset({Target.IGNORED, Target.OPT_OUT, Target.NAMELESS, None})
_SAYS_WHO_LEFT = "says who opted out"
_ORDERS = {
    DateOrder.DMY: "dates in the order day, month, year",
    DateOrder.MDY: "dates in the order month, day, year",
    DateOrder.YMD: "dates in the order year, month, day",
}
_COLLISIONS = {
    CollisionKind.SAME_TARGET: "lines {} and {} change to the same address",
    CollisionKind.TAKEN: "line {} changes to an address that line {} names",
    CollisionKind.CHAIN: "line {} changes to an address that line {} changes",
    CollisionKind.LEFT_BEHIND: "line {} changes an address that line {} still uses",
}


def plan_lines(plan: Plan) -> list[str]:
    """Return the plan as lines, harmless to a terminal.

    Each line begins with words or numbers of our own, so that no text from elsewhere can be a
    build server's command. Bad rows are only counted: `bad_row_lines` lists them.
    """
    account = plan.account or AccountComparison()
    lists = {used.list.id: used.list for used in account.lists}
    lines = [
        f"plan: {plan.mapping.action} from {_cut(plan.source)}",
        *_shard(plan),
        *_counts(plan),
        *account_lines(plan.account),
        *(f"file: {note}" for note in plan.layout_notes),
        *_columns(plan.mapping),
        *_names("tags to add", plan.tags_added),
        *_names("tags to remove", plan.tags_removed),
        *_names("lists to add contacts to", plan.lists, lambda name: _list(name, lists)),
        *_names("custom fields to write", plan.fields),
        *_names("custom fields to count up or down", plan.counting_fields),
        *_names("held back, as they opted out", plan.held_back, _cut),
        *_names("sent although opted out", plan.sent_though_opted_out, _cut),
        *_names("unusual, but sent", plan.row_notes, _cut),
        *_similar("tags", plan.similar_tags),
        *_similar("custom fields", plan.similar_fields),
        *_collisions(plan),
        *_new_names("tags", account.tags, plan.tags_added.further),
        *_new_names("custom fields", account.fields, plan.fields.further),
    ]
    return [safe(line) for line in lines]


def mapping_lines(
    mapping: ColumnMapping,
    source: str,
    notes: Sequence[str],
    account: AccountComparison | None = None,
) -> list[str]:
    """Return what is known before any row is: the account, an input's layout, its columns."""
    lines = [
        f"plan: {mapping.action} from {_cut(source)}, as rows arrive",
        *account_lines(account),
        *(f"file: {note}" for note in notes),
        *_columns(mapping),
    ]
    return [safe(line) for line in lines]


def _shard(plan: Plan) -> Iterator[str]:
    if not plan.shard.is_whole:
        rows = quantity(plan.rows, "row")
        yield f"{plan.shard.words}: {rows} of {plan.rows_of_file:,}"


def _counts(plan: Plan) -> Iterator[str]:
    duplicates = "duplicate" if plan.duplicates == 1 else "duplicates"
    unchanged = quantity(plan.unchanged_contacts, "contact")
    counted = (
        (plan.rows, "row" if plan.rows == 1 else "rows"),
        (plan.bad.count, "bad"),
        (plan.bad_elsewhere.count, "bad, in another shard"),
        (plan.held_back.total, "held back"),
        (plan.unchanged, f"unchanged: rows of {unchanged} that would change nothing"),
        (plan.to_send, "to send"),
        (plan.contacts, "contact" if plan.contacts == 1 else "contacts"),
        (plan.duplicates, f"{duplicates}: an earlier row is about the same contact"),
    )
    width = len(f"{plan.rows:,}")
    for count, what in counted:
        if count or what == "rows":
            yield f"  {count:>{width},}  {what}"


def _columns(mapping: ColumnMapping) -> Iterator[str]:
    columns: Sequence[Column] = mapping.columns
    if mapping.results is not None:
        yield from _results(mapping, mapping.results)
        columns = [column for column in columns if not _is_usual(column, mapping.results)]
        if not columns:
            return
    export = f" of an export by {mapping.preset.name}" if mapping.preset.name else ""
    dates = f" ({_ORDERS[mapping.date_order]})" if mapping.date_order else ""
    yield f"columns{export}{dates}:"
    left_out: dict[str, list[str]] = {}
    for column in columns:
        if column.target in _NOT_SENT:
            why = _SAYS_WHO_LEFT if column.target is Target.OPT_OUT else column.why
            left_out.setdefault(why, []).append(column.name)
            continue
        leaving = ", and says who opted out" if column.opt_out else ""
        yield f"  {_meaning(column)}: {_quoted(column.name)} ({column.why}{leaving})"
    for why, names in left_out.items():
        yield f"  not sent: {_listed(names)} ({why})"


def _results(mapping: ColumnMapping, results: OwnResults) -> Iterator[str]:
    """Yield which members of sendx's own results are taken, and how many are not."""
    own = [column for column in mapping.columns if results.has(column.name)]
    taken = [column.name for column in own if column.target not in _NOT_SENT]
    aside = len(own) - len(taken)
    used = f"{', '.join(taken)} {'is' if len(taken) == 1 else 'are'} used"
    skipped = "column is skipped" if aside == 1 else f"{aside} columns are skipped"
    yield f"{results.kind}: {used}, the other {skipped}"
    if results.takes_unknown:
        yield "  those whose outcome is unknown are sent, too (--retry-unknown)"


def _is_usual(column: Column, results: OwnResults) -> bool:
    """Return whether a column of results is for what it always is."""
    is_sent = column.target not in _NOT_SENT
    return results.has(column.name) and is_sent is (column.target is Target.EMAIL)


def _meaning(column: Column) -> str:
    if column.target is Target.FIELD:
        return f"custom field {_quoted(column.field or '')}"
    return str(column.target)


def _names(
    title: str, names: NameCounts, shown: Callable[[str], str] | None = None
) -> Iterator[str]:
    if not names.total:
        return
    yield f"{title}:"
    width = len(f"{names.names[0][1]:,}")
    for name, count in names.names[:_MAX_NAMES]:
        yield f"  {count:>{width},}  {(shown or _quoted)(name)}"
    others = len(names.names) - _MAX_NAMES
    if others > 0:
        yield f"  and {'more than ' if names.further else ''}{others:,} more"


def _new_names(kind: str, compared: NamesCompared, further: int) -> Iterator[str]:
    new = compared.new
    if new:
        yield f"{kind} that would be created:"
        shown = new[:_MAX_NAMES]
        width = len(f"{max(one.rows for one in shown):,}")
        for one in shown:
            near = f"; near {_quoted(one.near)} (exists)" if one.near else ""
            yield f"  {one.rows:>{width},}  {_quoted(one.name)}: new{near}"
        if len(new) > len(shown):
            yield f"  and {len(new) - len(shown):,} more"
    if further and compared.known is not None:
        yield f"note: too many {kind} to check whether each would be created"


def _list(list_id: str, lists: Mapping[str, ContactList]) -> str:
    """Return a list's name and id, and whether joining it sets off a mail."""
    one = lists.get(list_id)
    if one is None:
        return _quoted(list_id)
    mailed = ", double opt-in: new members are mailed to confirm" if one.is_double_opt_in else ""
    return f"{_quoted(one.name)} ({one.id}){mailed}"


def _similar(kind: str, groups: Sequence[Sequence[str]]) -> Iterator[str]:
    for group in groups[:_MAX_NAMES]:
        yield f"note: {kind} {_listed(group)} differ only in case or spacing"
    if len(groups) > _MAX_NAMES:
        yield f"note: and {len(groups) - _MAX_NAMES:,} more"


def _collisions(plan: Plan) -> Iterator[str]:
    found = plan.collisions
    for collision in found.first:
        yield "note: " + _COLLISIONS[collision.kind].format(collision.line, collision.other_line)
    if found.count > len(found.first):
        yield f"note: and {found.count - len(found.first):,} more"


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(map(_quoted, names[:_MAX_NAMES_IN_LINE]))
    more = len(names) - _MAX_NAMES_IN_LINE
    return f"{text} and {more:,} more" if more > 0 else text


def _quoted(name: str) -> str:
    return f'"{_cut(name)}"'


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_NAME_LENGTH else f"{text[: _MAX_NAME_LENGTH - 3]}..."


def names_lines(title: str, names: NameCounts) -> Iterator[str]:
    """Yield a title and how often each name occurs; nothing where there is none."""
    return _names(title, names)
