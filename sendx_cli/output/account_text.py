"""What a run would change in its account, as words for people."""

from collections.abc import Iterator

from sendx_cli.core.plan.account_comparison import AccountComparison
from sendx_cli.quantity import quantity

_MAX_MEMBERS = 2
_MAX_ADDRESS_LENGTH = 60


def account_lines(account: AccountComparison | None) -> Iterator[str]:
    """Yield whose account it is and how many names it has, where anything of it is known."""
    if account is None:
        return
    known = [
        members_text(account),
        _counted(account.tags.known, "tag"),
        _counted(account.fields.known, "custom field"),
    ]
    if any(known):
        yield f"account: {', '.join(filter(None, known))}"


def members_text(account: AccountComparison) -> str:
    """Return the addresses of the team's first members: `jane@acme.com, joe@acme.com and others`.

    Empty where they are not known.
    """
    named = ", ".join(map(_cut, account.members[:_MAX_MEMBERS]))
    return f"{named} and others" if len(account.members) > _MAX_MEMBERS else named


def new_names_text(account: AccountComparison) -> str:
    """Return how many names would be created: `2 tags and 1 custom field`; empty for none."""
    tags, fields = len(account.tags.new), len(account.fields.new)
    parts = (_counted(tags or None, "tag"), _counted(fields or None, "custom field"))
    return " and ".join(filter(None, parts))


def _cut(address: str) -> str:
    if len(address) <= _MAX_ADDRESS_LENGTH:
        return address
    return f"{address[: _MAX_ADDRESS_LENGTH - 3]}..."


def _counted(number: int | None, noun: str) -> str:
    return "" if number is None else quantity(number, noun)
