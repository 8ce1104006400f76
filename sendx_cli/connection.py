"""From settings to a sender: which service, which key, which certificates, how many at once."""

import random
from typing import TYPE_CHECKING

from sendx_cli.api.exchange import ThreadedExchange
from sendx_cli.api.requests import base_url_of, headers_for
from sendx_cli.bulk.sender import Sender
from sendx_cli.core.pacing import Pacer
from sendx_cli.core.retry import RetryPolicy
from sendx_cli.runtime import OpenCarrier, Runtime

if TYPE_CHECKING:
    from collections.abc import Callable

    from sendx_cli.core.verdict import Verdict
    from sendx_cli.settings.resolve import Settings

_SANDBOX_KEY = "sandbox"
_SANDBOX_TIMEOUT_S = 60.0


def open_carrier_for(runtime: Runtime, settings: "Settings", *, sandbox: bool) -> OpenCarrier:
    """Return what makes a connection to the service in force, with its key.

    Raises:
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    if runtime.open_carrier is not None:
        return runtime.open_carrier
    return _to_sandbox() if sandbox else _to_service(runtime, settings)


def make_sender(
    runtime: Runtime,
    settings: "Settings",
    *,
    sandbox: bool,
    concurrency: int,
    retry_unknown: bool = False,
    on_wait: "Callable[[float, Verdict], None]",
) -> Sender:
    """Return a sender that is ready to send.

    Raises:
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    timeout_s = settings.timeout_s.value
    exchange = ThreadedExchange(open_carrier_for(runtime, settings, sandbox=sandbox), timeout_s)
    return Sender(
        exchange=exchange,
        pacer=Pacer(
            concurrency=concurrency, cap_per_s=settings.rate.value, now=runtime.clock.now()
        ),
        clock=runtime.clock,
        jitter=random.random,
        policy=RetryPolicy(retries=settings.retries.value, retry_unknown=retry_unknown),
        base_url=base_url_of(settings.base_url.value, sandbox=sandbox),
        on_wait=on_wait,
    )


def _to_service(runtime: Runtime, settings: "Settings") -> OpenCarrier:
    from sendx_cli.api.carrier import HttpCarrier, open_transport

    base_url, timeout_s = settings.base_url.value, settings.timeout_s.value
    key = settings.key().reveal()
    headers = headers_for(key, settings.api_key_prefix.value)
    trusted = None
    if base_url.startswith("https:"):
        from sendx_cli.api.tls import trust

        trusted = trust(runtime.environ, settings.ca_bundle.value)

    return lambda: HttpCarrier(open_transport(base_url, trusted), headers, timeout_s, secret=key)


def _to_sandbox() -> OpenCarrier:
    from sendx_cli.api.carrier import HttpCarrier
    from sendx_cli.sandbox.transport import SandboxTransport
    from sendx_cli.settings.paths import sandbox_path

    headers = headers_for(_SANDBOX_KEY, None)
    path = sandbox_path()
    return lambda: HttpCarrier(SandboxTransport(path), headers, _SANDBOX_TIMEOUT_S)
