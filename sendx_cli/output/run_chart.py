"""A run over time as drawings (SVG) for its page: throughput with pauses, and latency."""

from collections.abc import Iterator, Sequence
from html import escape
from math import log1p

from sendx_cli.core.totals.timeline import Timeline
from sendx_cli.output.summary import duration, rate

_WIDTH = 800
_HEIGHT = 184
_TOP = 34
_FLOOR = 164
_MARK = 6
_SECOND_MS = 1000


def throughput_chart(timeline: Timeline) -> str:
    """Draw the rows accepted a second, with marks where the service asked for less."""
    rates, highest = timeline.rates, timeline.highest_per_s
    bars = [
        _bar(place, len(rates), _height(value, highest))
        for place, value in enumerate(rates)
        if value
    ]
    title = f"Rows accepted per second; the highest bar is {rate(highest)}"
    return _drawing(title, timeline, [*bars, *_marks(timeline)], rate(highest))


def latency_chart(timeline: Timeline) -> str:
    """Draw how long rows took on average, from their first request to their last answer.

    The scale is logarithmic: one row that waited for a minute would hide all others.
    """
    values = [slot.latency_ms for slot in timeline.slots]
    highest = max((value for value in values if value is not None), default=0.0)
    title = f"Average time per row; the highest point is {_time(highest)}"
    return _drawing(title, timeline, list(_lines(values, highest)), _time(highest))


def _lines(values: Sequence[float | None], highest: float) -> Iterator[str]:
    """Draw a line through the known values, with gaps where nothing was decided."""
    points: list[tuple[float, float]] = []
    for place, value in enumerate([*values, None]):
        if value is not None:
            y = _FLOOR - _height(log1p(value), log1p(highest))
            points.append((_middle(place, len(values)), y))
            continue
        if len(points) == 1:
            yield '<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="3"/>'.format(*points[0])
        elif points:
            text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            yield f'<polyline class="line" points="{text}"/>'
        points = []


def _marks(timeline: Timeline) -> Iterator[str]:
    """Draw a triangle above a slot with a 429, and a square above one with another pause."""
    count = len(timeline.slots)
    for place, slot in enumerate(timeline.slots):
        x, y = _middle(place, count), _TOP - _MARK
        if slot.throttled:
            corners = f"{x - _MARK:.1f},{y - _MARK} {x + _MARK:.1f},{y - _MARK} {x:.1f},{y + _MARK}"
            yield f'<polygon class="throttled" points="{corners}"/>'
        elif slot.paused:
            yield (
                f'<rect class="paused" x="{x - _MARK / 2:.1f}" y="{y - _MARK / 2}"'
                f' width="{_MARK}" height="{_MARK}"/>'
            )
    for place in timeline.breaks:
        x = place * _WIDTH / count
        yield f'<path class="break" d="M{x:.1f} {_TOP}V{_FLOOR}"/>'


def _drawing(title: str, timeline: Timeline, shapes: Sequence[str], highest: str) -> str:
    span = duration(timeline.elapsed_s)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>"
        f'<path class="axis" d="M0 {_FLOOR}H{_WIDTH}"/>'
        f"{''.join(shapes)}"
        f'<text x="2" y="{_TOP - 14}">{escape(highest)}</text>'
        f'<text x="2" y="{_HEIGHT - 5}">0</text>'
        f'<text class="end" x="{_WIDTH - 2}" y="{_HEIGHT - 5}">{escape(span)}</text>'
        "</svg>"
    )


def _bar(place: int, count: int, height: float) -> str:
    width = _WIDTH / count
    return (
        f'<rect class="bar" x="{place * width:.1f}" y="{_FLOOR - height:.1f}"'
        f' width="{max(width - 1, 0.5):.1f}" height="{height:.1f}"/>'
    )


def _middle(place: int, count: int) -> float:
    return (place + 0.5) * _WIDTH / count


def _height(value: float, highest: float) -> float:
    return (_FLOOR - _TOP) * value / highest if highest else 0.0


def _time(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < _SECOND_MS else duration(ms / _SECOND_MS)
