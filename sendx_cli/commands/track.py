"""`sendx track`: add and remove tags of contacts."""

from typing import Annotated

import typer

from sendx_cli.commands.options import Formatted, Sending, Service, gathered, new_app, runtime_of
from sendx_cli.commands.sending import Asked, send_contacts
from sendx_cli.core.contact import Track

app = new_app()


@app.command()
@gathered
def track(
    ctx: typer.Context,
    emails: Annotated[list[str] | None, typer.Argument(metavar="[EMAIL]...")] = None,
    add_tag: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A tag to add; repeatable.")
    ] = None,
    remove_tag: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A tag to remove; repeatable.")
    ] = None,
    *,
    formatted: Formatted,
    service: Service,
    sending: Sending,
) -> None:
    """Add and remove tags of contacts. This can set off mails that nobody can call back.

    Example: sendx track jane@example.com --add-tag churned --remove-tag trial
    """
    contacts = [
        Track.checked(email, add_tags=add_tag or (), remove_tags=remove_tag or ())
        for email in emails or ()
    ]
    send_contacts(runtime_of(ctx), contacts, Asked(formatted, service, sending))
