"""What a run would change in its account: names that it would create, lists that it uses."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sendx_cli.core.account.catalogue import Catalogue, ContactList
from sendx_cli.core.account.known_names import KnownNames
from sendx_cli.core.plan.name_counts import NO_NAMES, NameCounts


class NewName(NamedTuple):
    """A name that is not in the account, and would be created.

    Args:
        name: The name.
        rows: Rows that have it.
        near: The name of the account that it may be a slip of.
    """

    name: str
    rows: int
    near: str | None = None


@dataclass(frozen=True, slots=True)
class NamesCompared:
    """The tags or custom fields of a run beside those of its account.

    Args:
        known: How many the account has; None if they could not be read to their end, so that none
            can be said to be new.
        new: Those that would be created: first those that may be a slip, then the most frequent.
    """

    known: int | None = None
    new: tuple[NewName, ...] = ()


class UsedList(NamedTuple):
    """A list of the account that contacts are put on.

    Args:
        list: The list.
        rows: Rows that name it.
    """

    list: ContactList
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountComparison:
    """A plan beside its account.

    Args:
        members: The addresses of the team's first members: whose account it is.
        tags: The tags that are added.
        fields: The custom fields that are written.
        lists_known: How many lists the account has; None if they could not be read to their end.
        lists: Those that contacts are put on, as far as they are known.
        not_compared: Why a collection could not be read to its end, by its path.
    """

    members: tuple[str, ...] = ()
    tags: NamesCompared = NamesCompared()
    fields: NamesCompared = NamesCompared()
    lists_known: int | None = None
    lists: tuple[UsedList, ...] = ()
    not_compared: tuple[tuple[str, str], ...] = ()


def compare(
    catalogue: Catalogue,
    *,
    tags: NameCounts = NO_NAMES,
    fields: NameCounts = NO_NAMES,
    lists: NameCounts = NO_NAMES,
) -> AccountComparison:
    """Compare the names of a run with those of an account.

    Args:
        catalogue: The account's.
        tags: Rows that add each tag.
        fields: Rows that write each custom field.
        lists: Rows that name each list, by its id.
    """
    field_names = {one.name for one in catalogue.fields.values()}
    return AccountComparison(
        members=catalogue.members,
        tags=_compared(tags, catalogue.tag_names, is_complete=catalogue.knows_all_tags),
        fields=_compared(fields, field_names, is_complete=catalogue.knows_all_fields),
        lists_known=len(catalogue.lists) if catalogue.knows_all_lists else None,
        lists=tuple(
            UsedList(catalogue.lists[name], rows)
            for name, rows in lists.names
            if name in catalogue.lists
        ),
        not_compared=tuple(catalogue.problems.items()),
    )


def _compared(counts: NameCounts, names: Iterable[str], *, is_complete: bool) -> NamesCompared:
    if not is_complete:
        return NamesCompared()
    known = KnownNames(names)
    new = [
        NewName(name, rows, known.nearest(name))
        for name, rows in counts.names
        if name not in known.all
    ]
    new.sort(key=lambda one: one.near is None)
    return NamesCompared(len(known), tuple(new))
