"""A run as one process is to make it: what was asked for, and what there is to do it with."""

from dataclasses import dataclass

from sendx_cli.delivery.options import DeliveryOptions
from sendx_cli.output.writer import Output
from sendx_cli.runs.options import RunMode, RunSpec
from sendx_cli.runtime import Runtime
from sendx_cli.settings.resolve import Settings


@dataclass(frozen=True, slots=True)
class RunContext:
    """All that a run is made of, beside its rows.

    Args:
        runtime: The streams and the clock.
        settings: The service, the key, the pace.
        spec: What holds for the run however often it resumes.
        mode: How this process goes about it.
    """

    runtime: Runtime
    settings: Settings
    spec: RunSpec
    mode: RunMode

    @property
    def delivery(self) -> DeliveryOptions:
        """How its rows are sent."""
        mode = self.mode
        return DeliveryOptions(
            is_sandbox=mode.is_sandbox,
            batch=self.spec.batch,
            retry_unknown=mode.retry_unknown,
            keeps_going=mode.keeps_going,
            max_outage_s=mode.max_outage_s,
        )

    @property
    def output(self) -> Output:
        """Where results and messages go."""
        return self.runtime.output
