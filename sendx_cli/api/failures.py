"""Each way a call can break down, said once; no HTTP library is named or loaded here."""

from sendx_cli.core.replies.answers import TransportFailure

_AGAIN_HINT = "run it again later"
_NETWORK_HINT = "check the network and the base URL, then run it again"


def overdue(timeout_s: float) -> TransportFailure:
    """Say that an attempt took longer than it may, in all or for a single read or write."""
    return TransportFailure(
        "timeout", f"no answer within {timeout_s:g} s", may_have_arrived=True, hint=_AGAIN_HINT
    )


def connection_lost() -> TransportFailure:
    """Say that the connection broke after the request had begun, or its answer made no sense."""
    return TransportFailure(
        "connection_lost",
        "the connection broke before the answer",
        may_have_arrived=True,
        hint=_AGAIN_HINT,
    )


def broken_answer(message: str) -> TransportFailure:
    """Say why an answer that came cannot be taken."""
    return TransportFailure("broken_answer", message, may_have_arrived=True)


def no_connection(host: str, *, is_late: bool) -> TransportFailure:
    """Say that no connection to `host` came about: refused, unreachable, or not in time."""
    message = f"no connection to {host} in time" if is_late else f"cannot connect to {host}"
    return TransportFailure("connection", message, may_have_arrived=False, hint=_NETWORK_HINT)


def no_address(host: str, *, is_passing: bool) -> TransportFailure:
    """Say that the name `host` was not found; final unless the name service itself had trouble."""
    return TransportFailure(
        "name_lookup",
        f"cannot find the address of {host}",
        may_have_arrived=False,
        is_final=not is_passing,
        hint=_NETWORK_HINT,
    )


def untrusted(host: str, reason: str) -> TransportFailure:
    """Say that the certificate of `host` was not accepted."""
    return TransportFailure(
        "certificate",
        f"the certificate of {host} cannot be trusted: {reason}",
        may_have_arrived=False,
        is_final=True,
        hint="somebody may be intercepting the connection; "
        "a company proxy's authority goes into SENDX_CA_BUNDLE",
    )


def proxy_refused(*, wants_login: bool) -> TransportFailure:
    """Say that the proxy would not connect; final where it asks for a login."""
    return TransportFailure(
        "proxy",
        "the proxy wants a login" if wants_login else "the proxy refused the connection",
        may_have_arrived=False,
        is_final=wants_login,
        hint="check the proxy in the environment (HTTPS_PROXY, NO_PROXY)",
    )


def too_many_files() -> TransportFailure:
    """Say that this process may open no more files or connections."""
    return TransportFailure(
        "too_many_files",
        "too many open files",
        may_have_arrived=False,
        is_final=True,
        hint="lower --concurrency or raise `ulimit -n`",
    )


def unusable_request(reason: str) -> TransportFailure:
    """Say that no request could be made of what was given."""
    return TransportFailure(
        "unusable_request",
        f"the request could not be made: {reason}",
        may_have_arrived=False,
        is_final=True,
        hint="check the base URL, the key's prefix and the proxy settings",
    )
