"""A run as one HTML page that needs nothing else: no script, no network, no file beside it.

Text from elsewhere (cells, answers of the service) is made harmless by `safe`, then escaped; the
page also forbids, by its content security policy, whatever is not its own style.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from sendx_cli.core.totals.timeline import Timeline
from sendx_cli.core.totals.totals import Failure
from sendx_cli.output.next_command import NextCommand
from sendx_cli.output.run_chart import latency_chart, throughput_chart
from sendx_cli.output.safe import safe

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1f;--paper:#fff;--soft:#595963;--rule:#c8c8d0;
--bar:#2b62c4;--line:#8a3ffc;--warn:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e8e8ee;--paper:#16161a;--soft:#a9a9b6;
--rule:#44444f;--bar:#7ba7f7;--line:#c39bff;--warn:#ff8a80}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:60rem;color:var(--ink);background:var(--paper);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}
p{margin:.3rem 0}.soft,figcaption,caption{color:var(--soft)}
ul.counts{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:1rem 0}
ul.counts li{border:1px solid var(--rule);border-radius:.4rem;padding:.4rem .9rem}
ul.counts strong{display:block;font-size:1.5rem;line-height:1.2}
ul.counts li.look{border:2px solid var(--warn)}
figure{margin:.5rem 0}svg{width:100%;height:auto;display:block}
svg text{fill:var(--soft);font:12px system-ui,sans-serif}svg .end{text-anchor:end}
.bar{fill:var(--bar)}.line{fill:none;stroke:var(--line);stroke-width:2}.dot{fill:var(--line)}
.axis,.break{stroke:var(--rule)}.break{stroke-dasharray:4}
.throttled,.paused{fill:var(--warn)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
caption{text-align:left}th,td{text-align:left;padding:.3rem .6rem .3rem 0;
border-bottom:1px solid var(--rule);vertical-align:top}td.n,th.n{text-align:right}
code,pre{font:.9rem ui-monospace,monospace}
pre{white-space:pre-wrap;border:1px solid var(--rule);border-radius:.4rem;padding:.6rem}
@media print{body{max-width:none;padding:0}h2{break-after:avoid}tr,figure{break-inside:avoid}}
""".replace("\n", "")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_MARKS = (
    "A triangle above a bar: the service asked for fewer requests there. A square: rows had to"
    " wait for another reason. A dashed line: the run was stopped and resumed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """What the page of a run shows.

    Args:
        title: What the run is: its action and its source.
        facts: What is known of it, each a name and a text.
        outcome: How it ended, in one line.
        counts: Rows by what became of them: the word, the count, and whether it needs a look.
        timeline: It over time.
        latency: How long rows took, in one line; empty where nothing was sent.
        failures: Why rows were not accepted.
        unknown: Rows whose outcome is unknown, the first of them: a place and an address.
        unknown_count: How many they are.
        sent: What the accepted rows had: what it is, and each value with its rows.
        next_commands: What to type next.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    outcome: str
    counts: Sequence[tuple[str, int, bool]]
    timeline: Timeline
    latency: str
    failures: Sequence[Failure]
    unknown: Sequence[tuple[str, str]]
    unknown_count: int
    sent: Sequence[tuple[str, Sequence[tuple[str, int]]]]
    next_commands: Sequence[NextCommand]

    def html(self) -> str:
        """Return the page."""
        body = "\n".join(self._parts())
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{_text(self.title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
            f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
        )

    def _parts(self) -> Iterator[str]:
        yield f"<h1>{_text(self.title)}</h1>"
        yield f"<p><strong>{_text(self.outcome)}</strong></p>"
        yield _counts(self.counts)
        if self.next_commands:
            yield "<h2>Next steps</h2>"
        for command in self.next_commands:
            if command.lead:
                yield f"<p>{_text(command.lead)}</p>"
            yield f'<pre tabindex="0">{_text(command.command)}</pre>'
        if self.timeline.slots:
            yield "<h2>Over time</h2>"
            yield _figure(throughput_chart(self.timeline), f"Rows accepted per second. {_MARKS}")
            yield _figure(
                latency_chart(self.timeline), f"Time per row (logarithmic). {self.latency}"
            )
        if self.failures:
            yield "<h2>Not accepted</h2>"
            yield _table(
                "Rows by reason, with the first of each",
                ("outcome", "reason", "rows", "first", "message"),
                [
                    (str(one.outcome), one.code, f"{one.count:,}", one.where, one.message)
                    for one in self.failures
                ],
            )
        if self.unknown:
            yield "<h2>Unknown outcome</h2>"
            shown = len(self.unknown)
            caption = f"The first {shown:,} of {self.unknown_count:,} rows that may have arrived"
            yield _table(caption, ("row", "contact"), self.unknown)
        for what, values in self.sent:
            yield f"<h2>{_text(what)}</h2>"
            rows = [(value, f"{count:,}") for value, count in values]
            yield _table(f"{what}, by accepted rows", ("value", "rows"), rows)
        yield "<h2>About this run</h2>"
        yield _table("Details", ("fact", "value"), self.facts)


def _counts(counts: Sequence[tuple[str, int, bool]]) -> str:
    items = "".join(
        f'<li class="{"look" if needs_a_look else "fine"}"><strong>{count:,}</strong>'
        f" {_text(word)}{' (check)' if needs_a_look else ''}</li>"
        for word, count, needs_a_look in counts
    )
    return f'<ul class="counts">{items}</ul>'


def _figure(drawing: str, caption: str) -> str:
    return f"<figure>{drawing}<figcaption>{_text(caption)}</figcaption></figure>"


def _table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; a column called `rows` holds numbers."""
    kinds = [' class="n"' if name == "rows" else "" for name in header]
    head = "".join(
        f'<th scope="col"{kind}>{_text(name)}</th>'
        for name, kind in zip(header, kinds, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + "".join(f"<td{kind}>{_text(cell)}</td>" for cell, kind in zip(row, kinds, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_text(caption)}">'
        f"<table><caption>{_text(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _text(text: str) -> str:
    return escape(safe(text))
