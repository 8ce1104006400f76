"""A sender, played against a service that a function describes."""

from collections.abc import Callable
from math import inf

from sendx_cli.api.requests import Call
from sendx_cli.core.contact.contact import Contact, Identify
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.retry import RetryPolicy
from sendx_cli.delivery.circuit_breaker import CircuitBreaker
from sendx_cli.delivery.rows import Journal
from sendx_cli.delivery.sender import Sender
from tests.clocks import HandClock
from tests.simulation.simulated_exchange import SimulatedExchange, SimulatedReply

OK = Answer(200, {}, b'{"status":"200","message":"OK"}')
TROUBLE = Answer(500, {}, b'{"status":"error","message":"Internal server error occurred"}')
THROTTLED = Answer(429, {}, b'{"status":"error","message":"slow down"}')
LOST = TransportFailure("connection_lost", "the connection broke", may_have_arrived=True)
UNREACHED = TransportFailure("connection", "cannot connect", may_have_arrived=False)


def simulate(
    decide: Callable[[Call, float], SimulatedReply],
    *,
    concurrency: int = 8,
    cap_per_s: float | None = None,
    policy: RetryPolicy | None = None,
    jitter: Callable[[], float] = lambda: 0.5,
    has_breaker: bool = False,
    keeps_going: bool = False,
    max_outage_s: float = 900.0,
    stop_at: float = inf,
    batch: int = 1,
    journal: Journal | None = None,
) -> tuple[Sender, SimulatedExchange, HandClock]:
    """Return a sender, and the service and the clock it is played against."""
    clock = HandClock()
    exchange = SimulatedExchange(clock, decide, interrupted_at=stop_at)
    pacer = Pacer(concurrency=concurrency, cap_per_s=cap_per_s, now=0.0)
    breaker = None
    if has_breaker:
        breaker = CircuitBreaker(
            pacer, jitter, 0.0, max_outage_s=max_outage_s, keeps_going=keeps_going
        )
    sender = Sender(
        exchange=exchange,
        pacer=pacer,
        clock=clock,
        jitter=jitter,
        policy=policy or RetryPolicy(max_wait_s=max_outage_s),
        base_url="https://api.example.com",
        batch=batch,
        journal=journal,
        breaker=breaker,
    )
    exchange.on_interrupt = sender.stop
    return sender, exchange, clock


def people(count: int) -> list[Contact]:
    return [Identify(email=f"p{n}@example.com") for n in range(count)]
