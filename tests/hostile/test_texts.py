"""Every output for people, given every kind of hostile text."""

import csv
import io
import json
import re
from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt

from sendx_cli.completion.candidates import Answer, Candidate, Kind
from sendx_cli.completion.reply import _text as told_to_shells
from sendx_cli.core.account.catalogue import ContactList
from sendx_cli.core.account.remarks import NotUndone, Remark
from sendx_cli.core.mapping.columns import ColumnOptions, explain
from sendx_cli.core.mapping.source_rows import RowError
from sendx_cli.core.plan.account_comparison import (
    AccountComparison,
    NamesCompared,
    NewName,
    UsedList,
)
from sendx_cli.core.plan.bad_rows import BadRows
from sendx_cli.core.plan.name_counts import NameCounts
from sendx_cli.core.plan.plan import Plan
from sendx_cli.core.plan.undo_plan import RemarkGroup, UndoPlan
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.tally import Counted
from sendx_cli.core.totals.timeline import Timeline
from sendx_cli.core.totals.totals import Failure, Totals
from sendx_cli.doctor.check import warning
from sendx_cli.errors import SendxError
from sendx_cli.output.annotations import error_command
from sendx_cli.output.bad_row_text import bad_row_lines
from sendx_cli.output.formats import OutputFormat, csv_lines, json_line, json_text
from sendx_cli.output.next_command import NextCommand
from sendx_cli.output.plan_text import mapping_lines, plan_lines
from sendx_cli.output.progress import Progress
from sendx_cli.output.result_stream import ResultStream
from sendx_cli.output.shown import Shown
from sendx_cli.output.step_summary import BadRowsShown, StepSummary
from sendx_cli.output.summary import summary_lines
from sendx_cli.output.undo_text import undo_plan_lines
from sendx_cli.output.writer import Output
from sendx_cli.results import Result, ResultError
from tests.clocks import HandClock
from tests.hostile.payloads import PAYLOADS, formulas_in, harm_in

COUNTS = dict.fromkeys(Outcome, 0)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def written(
    write: Callable[[Output], None], *, is_terminal: bool = False, columns: int = 80
) -> str:
    """Return what was written to both streams."""
    stream = Terminal() if is_terminal else io.StringIO()
    environ = {"COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"}
    output = Output(stream, stream, environ, verbosity=2)
    write(output)
    return stream.getvalue()


def result(text: str) -> Result:
    error = ResultError("rejected", text, text)
    return Result(
        text, "track", Outcome.REJECTED, text, 422, {text: [text]}, error, source=text, line=2
    )


def streamed(text: str, chosen: OutputFormat, *, is_plain: bool = False) -> str:
    def write(output: Output) -> None:
        output.format, output.is_plain = chosen, is_plain
        stream = ResultStream(output, Shown.FAILED)
        for _ in range(5):
            stream.write(result(text))
        stream.close()

    return written(write)


def shown(text: str, *, as_one: bool = False, is_plain: bool = False, columns: int = 80) -> str:
    records = [
        {"name": text, "message": text, "body": {text: text}, "ok": True, text: [text, text]},
        {"name": "x", "message": text * 2, "body": [{text: 1}], "ok": False, text: None},
    ]

    def write(output: Output) -> None:
        output.format, output.is_plain = OutputFormat.TABLE, is_plain
        output.show(records[:1] if as_one else records, as_one=as_one)

    return written(write, columns=columns)


def plan(text: str) -> Plan:
    names = NameCounts(((text, 2), (f"{text} ", 1)))
    return Plan(
        source=text,
        mapping=explain(
            ["email", f"x{text}", f"y{text}"],
            ColumnOptions(custom_fields=True, ignores=(f"y{text}",)),
        ),
        layout_notes=(text,),
        to_send=1,
        contacts=1,
        bad=BadRows(1),
        held_back=names,
        sent_though_opted_out=names,
        tags_added=names,
        tags_removed=names,
        lists=names,
        fields=names,
        counting_fields=names,
        row_notes=names,
        similar_tags=((text, text),),
        similar_fields=((text, text),),
        account=AccountComparison(
            members=(text, text, text),
            tags=NamesCompared(1, (NewName(text, 1, text),)),
            fields=NamesCompared(1, (NewName(text, 1, text),)),
            lists=(UsedList(ContactList(text, text), 1),),
        ),
    )


def undo_plan(text: str) -> UndoPlan:
    names = NameCounts(((text, 2),))
    return UndoPlan(
        run=text,
        account=AccountComparison(members=(text,)),
        tags_away=names,
        tags_back=names,
        values=names,
        fields=names,
        not_undone=(RemarkGroup(next(iter(NotUndone)), 2, (_remark(text),)),),
    )


def _remark(text: str) -> Remark:
    return Remark(next(iter(NotUndone)), text, text)


def totals(text: str) -> Totals:
    failure = Failure(Outcome.REJECTED, text, 1, text, text)
    return Totals(COUNTS, 0, 0, None, None, None, Timeline(), (failure,))


def summary(text: str) -> str:
    lines = summary_lines(
        totals(text),
        total_rows=1,
        left_out={},
        exit_code=4,
        next_commands=[NextCommand(f"sendx identify {text}", text)],
    )
    return "\n".join(lines)


def markdown(text: str) -> str:
    return StepSummary(
        title=text,
        ending="exit 4",
        why=[text],
        totals=totals(text),
        bad=BadRowsShown(1, [(text, text)]),
        next_commands=[NextCommand(f"sendx identify {text}", text)],
    ).markdown()


def bad_rows(text: str) -> str:
    return "\n".join(bad_row_lines(BadRows(1, (RowError(2, text, column=text, hint=text),)), text))


def progress(text: str, *, is_terminal: bool) -> str:
    def write(output: Output) -> None:
        clock = HandClock()
        with Progress(output, total=10, clock=clock) as shown_progress:
            clock.seconds = 100.0
            counted = Counted(COUNTS, 0, ())
            shown_progress.update(
                counted,
                decided_per_s=1.0,
                accepted_per_s=1.0,
                limit_per_s=1.0,
                in_flight=1,
                note=text,
            )
            clock.seconds = 200.0
            shown_progress.tell(3, text)

    return written(write, is_terminal=is_terminal)


OUR_CURSOR = re.compile(r"\r\x1b\[2K|\x1b\[1A|\x1b\[[0-9;]*m")
"""What a bar writes to move and to be drawn again."""


OUTPUTS: dict[str, Callable[[str], str]] = {
    "error": lambda text: written(lambda o: o.error(SendxError(text, where=text, hint=text))),
    "note": lambda text: written(lambda o: o.note(text)),
    "detail": lambda text: written(lambda o: o.detail(text)),
    "warning": lambda text: written(lambda o: o.warn(text, text)),
    "complaint": lambda text: written(lambda o: o.complain(text, text, text)),
    "question": lambda text: written(lambda o: o.ask(text)),
    "traceback": lambda text: written(lambda o: o.traceback(RuntimeError(text))),
    "table": shown,
    "table of 40 columns": lambda text: shown(text, columns=40),
    "table of 300 columns": lambda text: shown(text, columns=300),
    "table of one": lambda text: shown(text, as_one=True),
    "plain": lambda text: shown(text, is_plain=True),
    "plain, of one": lambda text: shown(text, as_one=True, is_plain=True),
    "table of results": lambda text: streamed(text, OutputFormat.TABLE),
    "plan": lambda text: "\n".join(plan_lines(plan(text))),
    "plan of a stream": lambda text: "\n".join(
        mapping_lines(plan(text).mapping, text, (text,), plan(text).account)
    ),
    "plan of an undo": lambda text: "\n".join(undo_plan_lines(undo_plan(text))),
    "bad rows": bad_rows,
    "summary": summary,
    "progress in a log": lambda text: progress(text, is_terminal=False),
    "progress on a terminal": lambda text: OUR_CURSOR.sub("", progress(text, is_terminal=True)),
    "doctor": lambda text: written(lambda o: o.line(" ".join(warning("key", text, text).lines()))),
    "JSON": lambda text: json_text([{text: text}], ascii_only=False),
    "JSON Lines": lambda text: streamed(text, OutputFormat.JSONL),
    "CSV": lambda text: streamed(text, OutputFormat.CSV),
}


@PAYLOADS
@pytest.mark.parametrize("name", OUTPUTS)
def test_it_comes_out_harmless(name: str, text: str) -> None:
    """No control or direction goes through, no line begins with a command for a build server."""
    out = OUTPUTS[name](text)
    assert harm_in(out) == []
    assert out.isascii() or out.encode("utf-8")


@PAYLOADS
@pytest.mark.parametrize("ascii_only", [False, True])
def test_json_keeps_it_exact(text: str, *, ascii_only: bool) -> None:
    """In one line, and in many; names, too."""
    value = {text: [text, {"x": f"{text}##[{text}"}]}
    for written_as in (json_text, json_line):
        out = written_as(value, ascii_only=ascii_only)
        assert json.loads(out) == value
        assert harm_in(out) == []
        assert out.encode("utf-8")


@PAYLOADS
def test_no_cell_of_csv_is_a_formula(text: str) -> None:
    """It is read back as the same rows and cells, and none is evaluated."""
    out = csv_lines([["name", text], [text, {"x": text}], [text, [text]], [None, -5]])
    rows = list(csv.reader(io.StringIO(out)))
    assert [len(row) for row in rows] == [2] * 4
    assert formulas_in(rows[:3]) == []
    assert rows[3] == ["", "-5"]
    assert json.loads(rows[1][1]) == {"x": text}
    assert json.loads(rows[2][1]) == [text]
    assert harm_in(out) == []


@PAYLOADS
def test_an_annotation_is_one_command(text: str) -> None:
    """The runner reads one command, ours, with the file, line and column that were meant."""
    line = error_command(text, line=3, message=f"{text}\n{text}", column=2)
    assert harm_in(line, commands=1) == []
    assert line.startswith("::error file=")
    properties, _, message = line.removeprefix("::error ").partition("::")
    assert properties.count(",") == 2
    assert properties.endswith(",line=3,col=2")
    assert "\r" not in message
    assert "\n" not in message


@PAYLOADS
def test_a_step_summary_holds_no_markup_of_others(text: str) -> None:
    """Read as Markdown: the same tables, no link, picture, title or HTML."""
    page = markdown(text)
    assert harm_in(page.replace("\n    ::", "\n    x::")) == []
    reader = MarkdownIt("commonmark", {"linkify": False}).enable("table")
    tokens = [inner for token in reader.parse(page) for inner in (token, *(token.children or ()))]
    kinds = {token.type for token in tokens}
    assert kinds.isdisjoint(
        {"link_open", "image", "html_block", "html_inline", "fence", "code_inline"}
    )
    count = [token.type for token in tokens].count
    assert (count("heading_open"), count("table_open"), count("code_block")) == (1, 2, 1)
    assert (count("tr_open"), count("td_open")) == (4, 5)


@PAYLOADS
def test_what_is_said_of_a_completion_stays_in_its_line(text: str) -> None:
    """It may be a file's name, which would otherwise be offered as a word of its own."""
    told = told_to_shells(Answer(Kind.WORDS, [Candidate("x", text)]))
    kind, word, end = told.split("\n")
    assert (kind, end) == ("words", "")
    assert word.startswith("x\t")
    assert word.removeprefix("x\t").isprintable()
    assert told.encode("utf-8")
