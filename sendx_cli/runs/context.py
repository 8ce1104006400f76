"""A run as one process is to make it: what was asked for, and what there is to do it with."""

from dataclasses import dataclass

from sendx_cli.output.writer import Output
from sendx_cli.runs.options import FileAsked, Manner
from sendx_cli.runtime import Runtime
from sendx_cli.settings.resolve import Settings


@dataclass(frozen=True, slots=True)
class Commission:
    """All that a run is made of, beside its rows.

    Args:
        runtime: The streams and the clock.
        settings: The service, the key, the pace.
        asked: What holds for the run however often it resumes.
        manner: How this process goes about it.
    """

    runtime: Runtime
    settings: Settings
    asked: FileAsked
    manner: Manner

    @property
    def output(self) -> Output:
        """Where results and messages go."""
        return self.runtime.output
