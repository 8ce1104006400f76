"""From settings to a sender: which service, which key, which certificates, how many at once."""

import random
import sys
from typing import TYPE_CHECKING

from sendx_cli.api.requests import base_url_of, headers_for
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.retry import RetryPolicy
from sendx_cli.delivery.sender import Sender
from sendx_cli.errors import ConfigUnusable
from sendx_cli.runtime import OpenCarrier, Runtime

if TYPE_CHECKING:
    from sendx_cli.account.reader import AccountReader
    from sendx_cli.api.exchange import Exchange
    from sendx_cli.delivery.options import DeliveryOptions
    from sendx_cli.delivery.rows import Journal
    from sendx_cli.settings.resolve import Settings

SANDBOX_KEY = "sandbox"
RUN_AT_ONCE = 64
"""Calls of a run under way at most, unless something else is said: a service that answers within
100 ms is then asked 600 times a second."""
_SANDBOX_AT_ONCE = 8
_SANDBOX_TIMEOUT_S = 60.0
_SPARE_FILES = 32
_LONGEST_WAIT_S = 86_400.0
"""For so long a run waits at most because the service asks for it, however patient it is else."""


def exchange_for(runtime: Runtime, settings: "Settings", *, sandbox: bool) -> "Exchange":
    """Return what carries calls to the service in force, with its key.

    libcurl does; where this machine has none that is safe, httpx in threads, which also carries
    calls to the sandbox inside the process.

    Raises:
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    is_stood_in_for = sandbox or runtime.open_carrier is not None
    if not is_stood_in_for and _has_libcurl():
        return _curl_exchange(runtime, settings)
    from sendx_cli.api.threaded_exchange import ThreadedExchange

    open_carrier = runtime.open_carrier
    if open_carrier is None:
        open_carrier = _to_sandbox() if sandbox else _to_service(runtime, settings)
    return ThreadedExchange(open_carrier, settings.timeout_s.value)


def make_sender(
    runtime: Runtime,
    settings: "Settings",
    *,
    sandbox: bool,
    concurrency: int,
    retry_unknown: bool = False,
) -> Sender:
    """Return a sender that is ready to send.

    Raises:
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    return Sender(
        exchange=exchange_for(runtime, settings, sandbox=sandbox),
        pacer=_pacer(runtime, settings, concurrency, sandbox=sandbox),
        clock=runtime.clock,
        jitter=random.random,
        policy=RetryPolicy(retries=settings.retries.value, retry_unknown=retry_unknown),
        base_url=base_url_of(settings.base_url.value, sandbox=sandbox),
    )


def make_run_sender(
    runtime: Runtime, settings: "Settings", journal: "Journal", options: "DeliveryOptions"
) -> Sender:
    """Return a bulk run's sender, with a journal and a circuit breaker.

    Raises:
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    from sendx_cli.delivery.circuit_breaker import CircuitBreaker

    is_sandbox = options.is_sandbox
    usual = _SANDBOX_AT_ONCE if is_sandbox else RUN_AT_ONCE
    concurrency = _within_open_files(settings.concurrency.value or usual)
    pacer = _pacer(runtime, settings, concurrency, sandbox=is_sandbox)
    return Sender(
        exchange=exchange_for(runtime, settings, sandbox=is_sandbox),
        pacer=pacer,
        clock=runtime.clock,
        jitter=random.random,
        policy=RetryPolicy(
            retries=settings.retries.value,
            retry_unknown=options.retry_unknown,
            max_wait_s=min(options.max_outage_s, _LONGEST_WAIT_S),
        ),
        base_url=base_url_of(settings.base_url.value, sandbox=is_sandbox),
        batch=options.batch,
        journal=journal,
        breaker=CircuitBreaker(
            pacer,
            random.random,
            runtime.clock.now(),
            max_outage_s=options.max_outage_s,
            keeps_going=options.keeps_going,
        ),
    )


def make_account_reader(
    runtime: Runtime, settings: "Settings", *, sandbox: bool, max_outage_s: float | None = None
) -> "AccountReader":
    """Return what reads the account, by the pacing and retry rules of a bulk run.

    Args:
        runtime: The streams and the clock.
        settings: The service, the key, the rate.
        sandbox: Whether the sandbox stands in for the service.
        max_outage_s: How long nothing may be read before reading is given up; a minute at most.

    Raises:
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    from sendx_cli.account.fetcher import GIVES_UP_AFTER_S, Fetcher
    from sendx_cli.account.reader import AccountReader

    usual = _SANDBOX_AT_ONCE if sandbox else RUN_AT_ONCE
    concurrency = _within_open_files(settings.concurrency.value or usual)
    fetcher = Fetcher(
        exchange=exchange_for(runtime, settings, sandbox=sandbox),
        pacer=_pacer(runtime, settings, concurrency, sandbox=sandbox),
        clock=runtime.clock,
        jitter=random.random,
        policy=RetryPolicy(retries=settings.retries.value),
        base_url=base_url_of(settings.base_url.value, sandbox=sandbox),
        gives_up_after_s=min(max_outage_s or GIVES_UP_AFTER_S, GIVES_UP_AFTER_S),
    )
    return AccountReader(fetcher)


def _has_libcurl() -> bool:
    try:
        from sendx_cli.api.curl_exchange import is_usable
    except ImportError:
        return False
    return is_usable()


def _curl_exchange(runtime: Runtime, settings: "Settings") -> "Exchange":
    from sendx_cli.api.curl_exchange import CurlExchange
    from sendx_cli.api.proxies import proxy_for
    from sendx_cli.api.tls import NOTHING_TRUSTED, refuse_unreadable, trusted_paths

    base_url = settings.base_url.value
    key = settings.key().reveal()
    paths = NOTHING_TRUSTED
    if base_url.startswith("https:"):
        paths = trusted_paths(runtime.environ, settings.ca_bundle.value)
        refuse_unreadable(paths)  # libcurl would tell only with the first call
    return CurlExchange(
        headers_for(key, settings.api_key_prefix.value),
        settings.timeout_s.value,
        secret=key,
        proxy=proxy_for(base_url),
        ca_file=paths.file,
        ca_directory=paths.directory,
        is_store_trusted=paths.is_store_trusted,
    )


def _pacer(runtime: Runtime, settings: "Settings", concurrency: int, *, sandbox: bool) -> Pacer:
    """Return a pacer that shares what it learns with all processes that call for this key."""
    from sendx_cli.settings.paths import state_directory

    cap_per_s, now = settings.rate.value, runtime.clock.now()
    alone = sandbox or runtime.open_carrier is not None
    try:
        directory = None if alone else state_directory()
    except ConfigUnusable:  # without a home there is nothing to share
        directory = None
    if directory is None:
        return Pacer(concurrency=concurrency, cap_per_s=cap_per_s, now=now)
    from sendx_cli.core.pacing.shared_rate import SharedPacer
    from sendx_cli.delivery.rate_file import RateFile, rate_path
    from sendx_cli.settings.base_url import origin_text

    path = rate_path(directory, origin_text(settings.base_url.value), settings.key().reveal())
    rate_file = RateFile(path)
    return SharedPacer(
        rate_file.update,
        runtime.clock.unix,
        look=rate_file.look,
        concurrency=concurrency,
        cap_per_s=cap_per_s,
        now=now,
    )


def _within_open_files(concurrency: int) -> int:
    """Return as many calls as this process may have files open for, half of them in reserve."""
    if sys.platform == "win32":  # it has no such limit
        return concurrency
    import resource

    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, min(concurrency, (soft - _SPARE_FILES) // 2))


def _to_service(runtime: Runtime, settings: "Settings") -> OpenCarrier:
    from sendx_cli.api.carrier import HttpCarrier, open_transport
    from sendx_cli.api.keep_alive import KeepAlive

    base_url, timeout_s = settings.base_url.value, settings.timeout_s.value
    key = settings.key().reveal()
    headers = headers_for(key, settings.api_key_prefix.value)
    trusted = None
    if base_url.startswith("https:"):
        from sendx_cli.api.tls import trust, trusted_paths

        trusted = trust(trusted_paths(runtime.environ, settings.ca_bundle.value))

    keep_alive = KeepAlive()

    def open_carrier() -> HttpCarrier:
        transport = open_transport(base_url, trusted)
        return HttpCarrier(transport, headers, timeout_s, secret=key, keep_alive=keep_alive)

    return open_carrier


def _to_sandbox() -> OpenCarrier:
    from sendx_cli.api.carrier import HttpCarrier
    from sendx_cli.sandbox.transport import SandboxTransport
    from sendx_cli.settings.paths import sandbox_path

    headers = headers_for(SANDBOX_KEY, None)
    path = sandbox_path()
    return lambda: HttpCarrier(SandboxTransport(path), headers, _SANDBOX_TIMEOUT_S)
