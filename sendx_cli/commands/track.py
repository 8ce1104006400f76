"""`sendx track`: add and remove tags of contacts."""

from typing import Annotated

import typer

from sendx_cli.commands.file_options import FromFile
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
from sendx_cli.core.contact.contact import Track
from sendx_cli.core.contact.members import ContactValues

app = new_app()


@app.command()
@with_option_groups
def track(
    ctx: typer.Context,
    emails: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EMAIL]...", help="Email addresses of the contacts; or use --from."
        ),
    ] = None,
    add_tag: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Add a tag; repeatable.", rich_help_panel=CONTACT),
    ] = None,
    remove_tag: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Remove a tag; repeatable.", rich_help_panel=CONTACT),
    ] = None,
    *,
    file: FromFile,
    formatted: Formatted,
    service: ServiceOptions,
    account: AccountOptions,
    sending: Sending,
) -> None:
    """Add and remove tags of contacts.

    This can trigger automations, whose emails cannot be recalled.

    With --from, each row of a file is a contact; columns add_tags and remove_tags are its own.
    The options under File and Columns require --from.

    Examples:
      sendx track jane@example.com --add-tag churned --remove-tag trial
      sendx track --from churned.csv --add-tag churned --dry-run
    """
    values = ContactValues(add_tags=tuple(add_tag or ()), remove_tags=tuple(remove_tag or ()))
    options = CallOptions(formatted, service, account, sending)
    send(runtime_of(ctx), Track.action, emails or (), values, file=file, options=options)
