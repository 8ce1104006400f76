"""Before the first request: the plan shown, its faults refused, and somebody asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from sendx_cli.core.plan.bad_rows import refuse_bad_rows
from sendx_cli.core.plan.plan import Plan
from sendx_cli.core.plan.undecided import refuse_undecided
from sendx_cli.errors import InputError
from sendx_cli.files.contact_rows import refuse_if_all_opted_out
from sendx_cli.files.source import STANDARD_INPUT, Source
from sendx_cli.output.annotations import Annotations
from sendx_cli.output.bad_row_text import bad_row_lines
from sendx_cli.output.plan_text import plan_lines
from sendx_cli.output.writer import Output
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.options import RunSpec
from sendx_cli.runtime import Runtime

ASK_FROM_CONTACTS = 100
"""So many contacts are worth a question."""


def show_plan(output: Output, plan: Plan) -> None:
    """Tell the plan, and list its bad rows."""
    output.tell_lines(plan_lines(plan))
    if not plan.bad.count:
        return
    output.complain_lines(bad_row_lines(plan.bad, plan.source))
    annotations = Annotations(output)
    for error in plan.bad.first:
        annotations.error(plan.source, line=error.line, message=error.message, hint=error.hint)


def refuse_unsendable(plan: Plan, source: Source, spec: RunSpec) -> None:
    """Refuse a file of people who left, or one with bad rows that are not to be skipped.

    Raises:
        InputError: It must not be sent.
    """
    refuse_if_all_opted_out(source, departed=plan.held_back.total, rows=plan.rows)
    refuse_undecided(plan.undecided, plan.mapping, where=plan.source)
    refuse_bad_rows(plan.bad, rows=plan.rows, where=plan.source, skip_invalid=spec.skip_invalid)


def ask(context: RunContext, *, contacts: int, sent_though_left: int = 0) -> None:
    """Ask whether to go ahead, where somebody is there to be asked and it is worth a question.

    Elsewhere it goes ahead, unless the profile is for production and nobody said `--yes`.

    Args:
        context: The run; a profile for production makes any number worth a question.
        contacts: How many it concerns.
        sent_though_left: Rows among them that say that their person left: one is worth a question.

    Raises:
        InputError: The answer was no, or nobody can be asked.
    """
    settings, mode = context.settings, context.mode
    is_production = settings.production.value and not mode.is_sandbox
    is_worth_it = is_production or sent_though_left or contacts >= ASK_FROM_CONTACTS
    if mode.is_confirmed or not is_worth_it:
        return
    with _terminal(context.runtime, context.spec) as terminal:
        if terminal is not None:
            _ask_on(terminal, context, contacts, sent_though_left)
        elif is_production:
            raise InputError(
                f"profile {settings.profile.value} is for production, and nobody can be asked",
                hint="look at --dry-run, then say --yes",
            )


def _ask_on(terminal: TextIO, context: RunContext, contacts: int, sent_though_left: int) -> None:
    profile = f"profile {context.settings.profile.value}"
    where = "the sandbox" if context.mode.is_sandbox else profile
    people = "1 contact" if contacts == 1 else f"{contacts:,} contacts"
    left = ""
    if sent_though_left:
        rows = "1 row says" if sent_though_left == 1 else f"{sent_though_left:,} rows say"
        left = f", though {rows} that the person left"
    context.output.ask(f"send {people} to {where}{left}? [y/N] ")
    answer = terminal.readline()
    if not answer.endswith("\n"):
        context.output.end_question()
    if answer.strip().lower() not in {"y", "yes"}:
        raise InputError("nothing was sent: the answer was not yes")


@contextmanager
def _terminal(runtime: Runtime, spec: RunSpec) -> Iterator[TextIO | None]:
    """Give where an answer can be read: the terminal itself where rows come by standard input."""
    if runtime.verbosity.no_input or not runtime.output.stderr.isatty():
        yield None
    elif spec.path != STANDARD_INPUT:
        yield runtime.stdin if runtime.stdin.isatty() else None
    else:
        try:
            terminal = open("/dev/tty", encoding="utf-8")  # noqa: PTH123, SIM115 - a device
        except OSError:
            yield None
            return
        with terminal:
            yield terminal
