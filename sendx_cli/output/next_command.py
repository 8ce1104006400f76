"""What to type next, and what has to be done before."""

from typing import NamedTuple

from sendx_cli.output.safe import safe


class NextCommand(NamedTuple):
    """A command to type next.

    Args:
        command: Quoted for the shell, and alone on its line wherever it is shown.
        before: What has to be done first, as the start of a sentence; empty where nothing has.
    """

    command: str
    before: str = ""

    @property
    def lead(self) -> str:
        """What stands before the command; empty where nothing has to be done first."""
        return f"{self.before}, then run:" if self.before else ""

    def lines(self) -> list[str]:
        """Return it as lines of a summary, harmless to a terminal."""
        if not self.before:
            return [f"next: {safe(self.command)}"]
        return [f"next: {safe(self.lead)}", f"  {safe(self.command)}"]
