"""How a bulk run is sent, beside its rows and the settings in force."""

from typing import NamedTuple

from sendx_cli.core.pacing.outage import MAX_OUTAGE_S


class DeliveryOptions(NamedTuple):
    """The options of a bulk run that its sender needs.

    Args:
        is_sandbox: Whether the sandbox stands in for the service.
        batch: Contacts in one call of the bulk endpoint; 1: single calls.
        retry_unknown: Whether to retry rows that may have arrived and are not idempotent.
        keeps_going: Whether to continue after a thousand rejections in a row for one reason.
        max_outage_s: How long nothing may succeed before the run gives up for now.
    """

    is_sandbox: bool = False
    batch: int = 1
    retry_unknown: bool = False
    keeps_going: bool = False
    max_outage_s: float = MAX_OUTAGE_S
