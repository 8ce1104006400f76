"""Commands whose help is a page: what they do, examples, and their options in sections.

Typer's own panels need Rich, which no call may load; only the panel's name is taken from it.
"""

from typing import Any

from typer.core import TyperCommand, TyperGroup


class PagedCommand(TyperCommand):
    """A command whose help is a page with sections and examples."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - Typer's types
        """Return the parts of the usage line: no argument that is hidden, as it is refused."""
        hidden = [one for one in self.params if getattr(one, "hidden", False)]
        unused = {piece for one in hidden for piece in one.get_usage_pieces(ctx)}
        return [piece for piece in super().collect_usage_pieces(ctx) if piece not in unused]

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002
        """Write what it does, then its examples."""
        from sendx_cli.commands.page_text import write_description

        write_description(self, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - Typer's types
        """Write its arguments and options."""
        from sendx_cli.commands.page_text import sections_of, write_sections

        write_sections(sections_of(self, ctx), formatter)


class PagedGroup(TyperGroup):
    """A group of commands whose help is a page with sections and examples."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002
        """Write what it is for, then its examples."""
        from sendx_cli.commands.page_text import write_description

        write_description(self, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - Typer's types
        """Write its commands, then its options."""
        from sendx_cli.commands.page_text import commands_of, sections_of, write_sections

        write_sections([commands_of(self), *sections_of(self, ctx)], formatter)
