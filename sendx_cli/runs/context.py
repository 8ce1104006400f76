"""A run as one process makes it: its options, and the streams and settings it works with."""

from dataclasses import dataclass

from sendx_cli.delivery.options import DeliveryOptions
from sendx_cli.output.writer import Output
from sendx_cli.runs.job_report import JobReport
from sendx_cli.runs.options import RunMode, RunSpec
from sendx_cli.runtime import Runtime
from sendx_cli.settings.resolve import Settings


@dataclass(frozen=True, slots=True)
class RunContext:
    """Everything a run needs beside its rows.

    Args:
        runtime: The streams and the clock.
        settings: The service, the key, the rate.
        spec: The options that are kept for the whole run.
        mode: The options of this process only.
        job: What a build server is told at the end.
    """

    runtime: Runtime
    settings: Settings
    spec: RunSpec
    mode: RunMode
    job: JobReport

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
