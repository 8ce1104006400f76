"""Each transport failure, flag by flag: what may be sent again hangs on them."""

import pytest

from sendx_cli.api import failures
from sendx_cli.core.replies.answers import TransportFailure

AGAIN = "run it again later"
NETWORK = "check the network and the base URL, then run it again"
PROXY = "check the proxy in the environment (HTTPS_PROXY, NO_PROXY)"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            failures.overdue(2.5),
            TransportFailure("timeout", "no answer within 2.5 s", True, False, AGAIN),
        ),
        (
            failures.connection_lost(),
            TransportFailure(
                "connection_lost", "the connection broke before the answer", True, False, AGAIN
            ),
        ),
        (
            failures.broken_answer("the answer is too long"),
            TransportFailure("broken_answer", "the answer is too long", True, False, None),
        ),
        (
            failures.no_connection("h", is_late=False),
            TransportFailure("connection", "cannot connect to h", False, False, NETWORK),
        ),
        (
            failures.no_connection("h", is_late=True),
            TransportFailure("connection", "no connection to h in time", False, False, NETWORK),
        ),
        (
            failures.no_connection("h:1", is_late=False, proxy="http://u:x@p:2"),
            TransportFailure(
                "connection",
                "cannot connect to h:1 through the proxy http://p:2",
                False,
                False,
                PROXY,
            ),
        ),
        (
            failures.no_address("h", is_temporary=True, proxy="http://u:x@p:2"),
            TransportFailure(
                "name_lookup",
                "cannot find the address of the proxy http://p:2",
                False,
                False,
                PROXY,
            ),
        ),
        (
            failures.proxy_refused("http://u:x@p:2", wants_login=True),
            TransportFailure(
                "proxy", "the proxy http://p:2 requires authentication", False, True, PROXY
            ),
        ),
        (
            failures.no_address("h", is_temporary=True),
            TransportFailure("name_lookup", "cannot find the address of h", False, False, NETWORK),
        ),
        (
            failures.no_address("h", is_temporary=False),
            TransportFailure("name_lookup", "cannot find the address of h", False, True, NETWORK),
        ),
        (
            failures.untrusted("h", "expired"),
            TransportFailure(
                "certificate",
                "the certificate of h cannot be trusted: expired",
                False,
                True,
                "the connection may be intercepted; for a company proxy, set SENDX_CA_BUNDLE to "
                "its certificate authority",
            ),
        ),
        (
            failures.proxy_refused(None, wants_login=False),
            TransportFailure("proxy", "the proxy refused the connection", False, False, PROXY),
        ),
        (
            failures.proxy_refused(None, wants_login=True),
            TransportFailure("proxy", "the proxy requires authentication", False, True, PROXY),
        ),
        (
            failures.too_many_files(),
            TransportFailure(
                "too_many_files",
                "too many open files",
                False,
                True,
                "lower --concurrency or raise `ulimit -n`",
            ),
        ),
        (
            failures.unusable_request("InvalidURL"),
            TransportFailure(
                "unusable_request",
                "the request could not be made: InvalidURL",
                False,
                True,
                "check the base URL, the key's prefix and the proxy settings",
            ),
        ),
    ],
    ids=lambda value: value.message if isinstance(value, TransportFailure) else "",
)
def test_each_failure_says_whether_it_may_have_arrived_and_whether_it_is_final(
    made: TransportFailure, expected: TransportFailure
) -> None:
    """Kind, message, may have arrived, final, hint: as they are written here."""
    assert made == expected
