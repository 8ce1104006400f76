"""`sendx identify`: create or update contacts."""

from typing import Annotated

import typer

from sendx_cli.commands.file_options import Batching, FromFile
from sendx_cli.commands.options import (
    AccountOptions,
    Formatted,
    Sending,
    ServiceOptions,
    new_app,
    runtime_of,
    with_option_groups,
)
from sendx_cli.commands.sections import CONTACT
from sendx_cli.commands.sending import CallOptions, send
from sendx_cli.core.contact.contact import Identify
from sendx_cli.core.contact.members import ContactValues
from sendx_cli.core.contact.validation import parse_field
from sendx_cli.errors import UsageError

app = new_app()


@app.command()
@with_option_groups
def identify(
    ctx: typer.Context,
    emails: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EMAIL]...", help="Email addresses of the contacts; or use --from."
        ),
    ] = None,
    *,
    first_name: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Set the first name.", rich_help_panel=CONTACT),
    ] = None,
    last_name: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Set the last name.", rich_help_panel=CONTACT),
    ] = None,
    company: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Set the company.", rich_help_panel=CONTACT),
    ] = None,
    birthday: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Set the birthday.", rich_help_panel=CONTACT),
    ] = None,
    new_email: Annotated[
        str | None,
        typer.Option(
            metavar="EMAIL", help="Change the contact's email address.", rich_help_panel=CONTACT
        ),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Set a custom field; NAME=++5 and NAME=--5 count up and down; repeatable.",
            rich_help_panel=CONTACT,
        ),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            "--add-tag",
            metavar="NAME",
            help="Add a tag; repeatable.",
            rich_help_panel=CONTACT,
        ),
    ] = None,
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            metavar="NAME|ID",
            help="Add the contact to a list; repeatable.",
            rich_help_panel=CONTACT,
        ),
    ] = None,
    file: FromFile,
    batching: Batching,
    formatted: Formatted,
    service: ServiceOptions,
    account: AccountOptions,
    sending: Sending,
) -> None:
    """Create or update contacts.

    What is not given stays unchanged. Several EMAILs are sent with the same options.

    With --from, each row of a file is a contact; all rows are checked before the first is sent.
    The options under File and Columns require --from.

    Examples:
      sendx identify jane@example.com --first-name Jane --tag vip
      sendx identify jane@example.com --field Plan=pro --list Newsletter --dry-run
      sendx identify --from people.csv --tag webinar --report results.csv
    """
    if new_email is not None and len(emails or ()) > 1:
        raise UsageError("--new-email requires exactly one EMAIL")
    values = ContactValues(
        new_email=new_email,
        first_name=first_name,
        last_name=last_name,
        company=company,
        birthday=birthday,
        fields=tuple(parse_field(text) for text in field or ()),
        tags=tuple(tag or ()),
        lists=tuple(lists or ()),
    )
    options = CallOptions(formatted, service, account, sending, batching.batch)
    send(runtime_of(ctx), Identify.action, emails or (), values, file=file, options=options)
