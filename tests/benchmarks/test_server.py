import http.client
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.limits import steady
from tests.benchmarks.serving import Served, serving


@contextmanager
def connected(served: Served) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def status(connection: http.client.HTTPConnection) -> int:
    connection.request("POST", "/api/v1/rest/contact/identify", b'{"email":"a@b.co"}')
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_it_counts_what_it_accepts_and_refuses() -> None:
    """A burst of two goes through on one kept connection, the third call does not."""
    with serving(limit=steady(0.001, 2)) as served, connected(served) as connection:
        statuses = [status(connection) for _ in range(3)]
        counted = served.counted()
    assert statuses == [200, 200, 429]
    assert (counted.accepted, counted.refused) == (2, 1)
    assert counted.lasted_s > 0


def test_it_begins_the_counts_anew() -> None:
    """Who measures twice on one service sees only the second."""
    with serving(latency_s=0.001) as served, connected(served) as connection:
        assert status(connection) == 200
        served.forget()
        counted = served.counted()
    assert (counted.accepted, counted.refused, counted.lasted_s) == (0, 0, 0.0)
