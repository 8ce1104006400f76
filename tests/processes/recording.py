"""A service that takes its time, and remembers which rows it acted upon, in which order."""

import json
import threading
import time
from collections.abc import Callable

from tests.servers import OK, Request

LATENCY_S = 0.02
Body = dict[str, object]


class Recording:
    """Answers every call with a success, after a while.

    Args:
        row_of: Returns the number of the row that a contact's body was made from.
    """

    def __init__(self, row_of: Callable[[Body], int]) -> None:
        self._row_of = row_of
        self._called = threading.Condition()
        self.acted: list[int] = []
        self.calls = 0
        self.latency_s = LATENCY_S

    def __call__(self, request: Request, _number: int) -> bytes:
        body = json.loads(request.body)
        rows = [self._row_of(one) for one in (body if isinstance(body, list) else [body])]
        with self._called:
            self.acted += rows
            self.calls += 1
            self._called.notify_all()
        time.sleep(self.latency_s)
        return OK

    def wait_for(self, calls: int, timeout_s: float) -> None:
        """Return when the service was called so often, or when the time is over."""
        with self._called:
            self._called.wait_for(lambda: self.calls >= calls, timeout_s)
