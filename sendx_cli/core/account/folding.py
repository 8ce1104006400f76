"""What rows make of a contact: what it should be once the service accepted them.

As SendX documents it: identify adds and overwrites, and what is not named stays; `++5` and `--5`
count a custom field; track adds tags and removes tags.
"""

from collections.abc import Iterable
from decimal import Context, Decimal, InvalidOperation
from functools import reduce

from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.contact.contact import Contact, Identify
from sendx_cli.core.contact.validation import counts

_DIGITS = 400


def folded(before: ServiceContact, rows: Iterable[Contact]) -> ServiceContact:
    """Return a contact after these rows, in their order.

    Args:
        before: How it was.
        rows: What was accepted of it.
    """
    return reduce(_after, rows, before)


def number_in(text: str) -> Decimal | None:
    """Return a custom field's value as a number; None if it is none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _after(contact: ServiceContact, row: Contact) -> ServiceContact:
    if not isinstance(row, Identify):
        removed = set(row.remove_tags)
        tags = _with(contact.tags, row.add_tags)
        return contact._replace(tags=tuple(tag for tag in tags if tag not in removed))
    fields = dict(contact.fields)
    for name, value in row.fields:
        fields[name] = _counted(fields.get(name, ""), value) if counts(value) else value
    return contact._replace(
        email=row.new_email or contact.email,
        first_name=row.first_name or contact.first_name,
        last_name=row.last_name or contact.last_name,
        company=row.company or contact.company,
        fields=fields,
        tags=_with(contact.tags, row.tags),
        lists=_with(contact.lists, row.lists),
    )


def _with(present: tuple[str, ...], added: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*present, *added)))


def _counted(stored: str, change: str) -> str:
    """Return a field's value after `++N` or `--N`; where that is no sum, the value as it was."""
    number, by = number_in(stored or "0"), number_in(change[2:])
    if number is None or by is None:
        return stored
    exact = Context(prec=_DIGITS)
    total = exact.add(number, by) if change.startswith("++") else exact.subtract(number, by)
    return format(total, "f")
