"""An account to read, played by a function in virtual time."""

import json
from collections.abc import Callable, Iterable, Mapping
from math import inf
from urllib.parse import parse_qsl, urlsplit

from sendx_cli.account.fetcher import Fetcher
from sendx_cli.account.reader import AccountReader
from sendx_cli.api.requests import Call
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.retry import RetryPolicy
from tests.clocks import HandClock
from tests.simulation.simulated_exchange import SimulatedExchange, SimulatedReply

BASE_URL = "https://api.example.com/api/v1/rest"
NEVER = TransportFailure("never", "", may_have_arrived=True)
"""Stands for no answer at all."""

Fault = Callable[[str, Mapping[str, str], float], Answer | TransportFailure | None]
"""What comes in place of the page of (path, query) at a time; None: the page."""


def no_fault(_path: str, _query: Mapping[str, str], _now: float) -> None:
    """Answer every page."""


def page_of(members: Iterable[Mapping[str, object]], query: Mapping[str, str]) -> Answer:
    """Return the documented answer."""
    offset, limit = int(query["offset"]), min(int(query["limit"]), 100)
    term = query.get("search", "").lower()
    hits = [one for one in members if term in str(one.get("email", "")).lower()]
    return Answer(200, {}, json.dumps(hits[offset : offset + limit]).encode())


class SimulatedAccount:
    """An account, and a reader of it.

    Args:
        collections: The members of each collection, by its path.
        fault: What goes wrong, and when.
        latency_s: How long an answer takes.
        concurrency: Calls in flight at most.
    """

    def __init__(
        self,
        collections: Mapping[str, list[dict[str, object]]],
        fault: Fault = no_fault,
        *,
        latency_s: float = 0.05,
        concurrency: int = 8,
    ) -> None:
        self._collections = collections
        self._fault = fault
        self._latency_s = latency_s
        self.clock = HandClock()
        self.asked: list[tuple[float, str, dict[str, str]]] = []
        self.answered: list[int | None] = []
        self.exchange = SimulatedExchange(self.clock, self._decide)
        self.fetcher = Fetcher(
            exchange=self.exchange,
            pacer=Pacer(concurrency=concurrency, now=0.0),
            clock=self.clock,
            jitter=lambda: 0.5,
            policy=RetryPolicy(),
            base_url=BASE_URL,
        )
        self.reader = AccountReader(self.fetcher)

    def _decide(self, call: Call, now: float) -> SimulatedReply:
        assert (call.method, call.body) == ("GET", b"")
        parts = urlsplit(call.url)
        path, query = parts.path.removeprefix("/api/v1/rest"), dict(parse_qsl(parts.query))
        self.asked.append((now, path, query))
        reply = self._fault(path, query, now) or page_of(self._collections.get(path, ()), query)
        self.answered.append(reply.status if isinstance(reply, Answer) else None)
        return SimulatedReply(inf if reply is NEVER else self._latency_s, reply, is_applied=False)


def contacts(count: int) -> list[dict[str, object]]:
    """Return contacts as the service shows them."""
    return [
        {
            "id": f"contact_{number}",
            "email": f"p{number}@example.com",
            "firstName": f"P{number}",
            "lastName": "",
            "company": "",
            "customFields": {},
            "tags": ["tag_1"],
            "lists": [],
        }
        for number in range(count)
    ]


NAMES: dict[str, list[dict[str, object]]] = {
    "/tag": [{"id": "tag_1", "name": "vip"}, {"id": "tag_2", "name": "trial"}],
    "/customfield": [
        {"id": "custom_field_1", "name": "Plan", "type": 0},
        {"id": "custom_field_2", "name": "Seats", "type": 1},
    ],
    "/list": [{"id": "list_1", "name": "Newsletter", "type": 1}],
    "/team/member": [{"email": "owner@example.com", "fullName": "Olive Owner"}],
}
