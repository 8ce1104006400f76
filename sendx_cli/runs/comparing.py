"""Rows checked by the rules of their account, where it can be read."""

from sendx_cli.core.account.catalogue import Catalogue, FieldType
from sendx_cli.core.account.rules import AccountRules, WithoutAccount
from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.files.contact_rows import field_date_orders
from sendx_cli.files.row_checker import RowChecker
from sendx_cli.files.source import Source
from sendx_cli.runs.account_access import OpenAccount
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.options import RunSpec
from sendx_cli.runs.reading import Reading


def compared(context: RunContext, reading: Reading, account: OpenAccount | None) -> Reading:
    """Return a file's rows, to be checked by the rules of its account as well.

    Raises:
        InvalidValue: The account does not take what the options say of every row, or the dates of
            a column do not tell their order.
        AccountUnread: What was asked for needs a part of the account that could not be read.
    """
    if account is None:
        return reading.under(_without_account(context.spec))
    catalogue, mapping = account.catalogue, reading.mapping
    orders = _date_orders(context.spec, reading.source, mapping, catalogue)
    rules = _rules(context.spec, mapping, catalogue, orders)
    return reading.under(rules, catalogue)


def compared_live(
    context: RunContext, mapping: ColumnMapping, checker: RowChecker, account: OpenAccount | None
) -> RowChecker:
    """Return what checks the rows of a stream by the rules of its account as well.

    Raises:
        InvalidValue: The account does not take what the options say of every row.
        AccountUnread: What was asked for needs a part of the account that could not be read.
    """
    if account is None:
        return checker.under(_without_account(context.spec))
    return checker.under(_rules(context.spec, mapping, account.catalogue, {}))


def _rules(
    spec: RunSpec, mapping: ColumnMapping, catalogue: Catalogue, orders: dict[str, DateOrder]
) -> AccountRules:
    return AccountRules(
        catalogue,
        spec.action,
        existing_only=spec.existing_only,
        date_orders=orders,
        usual_order=mapping.date_order or mapping.preset.date_order or DateOrder.YMD,
    )


def _date_orders(
    spec: RunSpec, source: Source, mapping: ColumnMapping, catalogue: Catalogue
) -> dict[str, DateOrder]:
    """Return the order of dates by the custom field's name, where no option says it."""
    if spec.columns.date_order is not None:
        return {}
    types = catalogue.field_types.items()
    dates = frozenset(name for name, kind in types if kind is FieldType.DATE)
    return field_date_orders(source, mapping, dates)


def _without_account(spec: RunSpec) -> WithoutAccount:
    return WithoutAccount(
        "and there is no key to read it with"
        if spec.uses_account
        else "which is not read here (--no-account, or account = false)"
    )
