"""`sendx help`: topics beyond the commands, and the man page."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sendx_cli.commands.options import new_app, runtime_of, with_option_groups
from sendx_cli.commands.page_text import commands_of, description_of, sections_of

if TYPE_CHECKING:
    from sendx_cli.manual.man_page import CommandPage

app = new_app()

_MAX_WIDTH = 80
_LEAST_WIDTH = 40


@app.command()
@with_option_groups
def help(  # noqa: A001 - the command's name
    ctx: typer.Context,
    topic: Annotated[
        str | None, typer.Argument(metavar="[TOPIC]", help="The topic. Default: list all topics.")
    ] = None,
    man: Annotated[bool, typer.Option("--man", hidden=True)] = False,
) -> None:
    """Show help on a topic, or list the topics.

    For the options of a command, use its own --help.

    Examples:
      sendx help
      sendx help columns
      sendx help environment
    """
    from sendx_cli.manual.text import list_text, text_of
    from sendx_cli.manual.topics import TOPICS, blocks_of
    from sendx_cli.output.terminal import terminal_width

    output = runtime_of(ctx).output
    if man:
        from sendx_cli.manual.man_page import man_page

        output.write(man_page([*_pages(ctx.find_root())]))
        return
    width = max(min(terminal_width(output.stdout, output.environ), _MAX_WIDTH), _LEAST_WIDTH)
    output.write(list_text(TOPICS, width) if topic is None else text_of(blocks_of(topic), width))


def _pages(root: Any) -> Iterator["CommandPage"]:  # noqa: ANN401 - Typer's own context
    """Yield the pages of `sendx` and of all commands, each before those below it."""
    yield _page(root.command, root)
    for name in root.command.commands:
        _, command, _ = root.command.resolve_command(root, [name])
        yield from _pages_of(command, root, name)


def _pages_of(command: Any, above: typer.Context, name: str) -> Iterator["CommandPage"]:  # noqa: ANN401 - a command or a group
    ctx = typer.Context(command, parent=above, info_name=name, **command.context_settings)
    yield _page(command, ctx)
    for word, below in getattr(command, "commands", {}).items():
        yield from _pages_of(below, ctx, word)


def _page(command: Any, ctx: typer.Context) -> "CommandPage":  # noqa: ANN401 - as above
    from sendx_cli.manual.blocks import Rows
    from sendx_cli.manual.man_page import CommandPage

    below = [commands_of(command)] if hasattr(command, "commands") else []
    text, examples = description_of(command)
    return CommandPage(
        name=ctx.command_path,
        usage=" ".join(command.collect_usage_pieces(ctx)),
        text=text,
        examples=examples,
        sections=[Rows(*section) for section in (*below, *sections_of(command, ctx))],
    )
