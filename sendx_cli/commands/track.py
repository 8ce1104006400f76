"""`sendx track`: add and remove tags of contacts."""

from typing import Annotated

import typer

from sendx_cli.commands.file_options import FromFile
from sendx_cli.commands.options import Formatted, Sending, Service, gathered, new_app, runtime_of
from sendx_cli.commands.sending import Asked, refuse_both, send_contacts, send_from_file
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
    file: FromFile,
    formatted: Formatted,
    service: Service,
    sending: Sending,
) -> None:
    """Add and remove tags of contacts. This can set off mails that nobody can call back.

    With --from, each row of a file is a contact; columns add_tags and remove_tags are its own.

    Example: sendx track jane@example.com --add-tag churned --remove-tag trial
    """
    runtime = runtime_of(ctx)
    asked = Asked(formatted, service, sending)
    added, removed = tuple(add_tag or ()), tuple(remove_tag or ())
    if file.from_ is not None:
        from sendx_cli.bulk.checking import RowDefaults

        refuse_both(emails)
        defaults = RowDefaults(add_tags=added, remove_tags=removed)
        send_from_file(runtime, Track.action, file, defaults, asked)
    file.refuse_without_file()
    contacts = [Track.checked(email, add_tags=added, remove_tags=removed) for email in emails or ()]
    send_contacts(runtime, contacts, asked)
