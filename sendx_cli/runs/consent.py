"""Before the first request: showing the plan, refusing what must not be sent, confirmation."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from sendx_cli.core.plan.account_comparison import AccountComparison
from sendx_cli.core.plan.bad_rows import refuse_bad_rows
from sendx_cli.core.plan.plan import Plan
from sendx_cli.core.plan.undecided import refuse_undecided
from sendx_cli.errors import NotConfirmed
from sendx_cli.files.contact_rows import refuse_if_all_opted_out
from sendx_cli.files.source import STANDARD_INPUT, Source
from sendx_cli.output.account_text import members_text, new_names_text
from sendx_cli.output.bad_row_text import bad_row_lines, bad_row_text
from sendx_cli.output.plan_text import plan_lines
from sendx_cli.quantity import quantity
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.options import RunSpec

ASK_FROM_CONTACTS = 100
"""As many contacts, or more, need a confirmation on a terminal."""


def show_plan(context: RunContext, plan: Plan) -> None:
    """Show the plan, and list its bad rows: each once, at its line where that can be.

    Those of other shards are listed where they stop this one.
    """
    output, job = context.output, context.job
    output.tell_lines(plan_lines(plan))
    bad = plan.bad_shown(skip_invalid=context.spec.skip_invalid)
    job.learn_plan(plan, bad, is_dry=context.mode.is_dry)
    annotated = {
        error.line
        for error in bad.first
        if job.annotations.error(
            plan.source, line=error.line, message=bad_row_text(error, plan.source)
        )
    }
    if bad.count:
        output.complain_lines(bad_row_lines(bad, plan.source, annotated))


def refuse_unsendable(plan: Plan, source: Source, spec: RunSpec) -> None:
    """Refuse a file of opt-outs only, with undecided rows, or with bad rows not to be skipped.

    Raises:
        InputError: It must not be sent.
    """
    opted_out = plan.held_back.total + plan.held_back_elsewhere
    rows, where = plan.rows_of_file, plan.source
    refuse_if_all_opted_out(source, opted_out=opted_out, rows=rows)
    refuse_undecided(plan.undecided, plan.mapping, where=where)
    refuse_bad_rows(plan.bad_of_file, rows=rows, where=where, skip_invalid=spec.skip_invalid)


def ask_about(
    context: RunContext, plan: Plan, contacts: int, *, was_sent_before: bool = False
) -> None:
    """Ask for confirmation of a plan, of whose contacts so many are to be sent (see `ask`).

    Raises:
        InputError: The answer was not yes, or there is no terminal to ask on.
    """
    left = plan.sent_though_opted_out.total
    ask(
        context,
        contacts=contacts,
        sent_though_opted_out=left,
        account=plan.account,
        was_sent_before=was_sent_before,
    )


def ask(
    context: RunContext,
    *,
    contacts: int,
    sent_though_opted_out: int = 0,
    account: AccountComparison | None = None,
    was_sent_before: bool = False,
) -> None:
    """Ask for confirmation on a terminal, if the run needs one.

    Without a terminal it goes ahead, unless the profile is for production and `--yes` is absent.

    Args:
        context: The run; an undo, any with a profile for production, and any whose columns were
            asked about always needs a confirmation.
        contacts: How many it concerns, 0 where only time will tell; `ASK_FROM_CONTACTS` or more
            need a confirmation.
        sent_though_opted_out: Opt-outs among its rows, which are sent anyway; any of them needs a
            confirmation.
        account: What it would change in its account, if that was read.
        was_sent_before: Whether a run that is finished sent the same; that needs a confirmation.

    Raises:
        InputError: The answer was not yes, or there is no terminal to ask on.
    """
    settings, mode = context.settings, context.mode
    is_production = settings.production.value and not mode.is_sandbox
    is_undo = bool(context.spec.undoes)
    is_risky = (
        is_production or is_undo or was_sent_before or sent_though_opted_out or mode.has_answered
    )
    if mode.is_confirmed or not (is_risky or contacts >= ASK_FROM_CONTACTS):
        return
    again = " again" if was_sent_before else ""
    confirm(context, _question(context, contacts, again, sent_though_opted_out, account))


def confirm(context: RunContext, question: str) -> None:
    """Ask on a terminal; without one go ahead, unless the profile is for production.

    Args:
        context: The run; `--yes` answers.
        question: What is asked, with its question mark.

    Raises:
        InputError: The answer was not yes, or there is no terminal to ask on.
    """
    if context.mode.is_confirmed:
        return
    with terminal_to_ask_on(context) as terminal:
        if terminal is not None:
            _ask_yes(terminal, context, question)
        elif context.settings.production.value and not context.mode.is_sandbox:
            raise NotConfirmed(
                f"profile {context.settings.profile.value} is for production, and nobody can "
                "confirm",
                hint="check with --dry-run, then use --yes",
            )


def _ask_yes(terminal: TextIO, context: RunContext, question: str) -> None:
    context.output.ask(f"{question} [y/N] ")
    answer = terminal.readline()
    if not answer.endswith("\n"):
        context.output.end_question()
    if answer.strip().lower() not in {"y", "yes"}:
        raise NotConfirmed("nothing was sent: the answer was not yes")


def _question(
    context: RunContext,
    contacts: int,
    again: str,
    sent_though_opted_out: int,
    account: AccountComparison | None,
) -> str:
    profile = f"profile {context.settings.profile.value}"
    where = "the sandbox" if context.mode.is_sandbox else profile
    if account is not None and account.members and not context.mode.is_sandbox:
        where += f" ({members_text(account)})"
    people = quantity(contacts, "contact")
    if not contacts:
        people = "the contacts that come by standard input"
    created = new_names_text(account) if account else ""
    creating = f", creating {created}" if created else ""
    left = ""
    if sent_though_opted_out:
        rows = "1 row says" if sent_though_opted_out == 1 else f"{sent_though_opted_out:,} rows say"
        left = f", although {rows} that the person opted out"
    undo = f"undo run {context.spec.undoes}: " if context.spec.undoes else ""
    return f"{undo}send {people} to {where}{again}{creating}{left}?"


def console_path() -> str:
    """Return what to open to read from the terminal that this process belongs to."""
    return "CONIN$" if sys.platform == "win32" else "/dev/tty"


@contextmanager
def terminal_to_ask_on(context: RunContext) -> Iterator[TextIO | None]:
    """Yield where an answer can be read: the console if rows come from standard input; or None."""
    runtime, spec = context.runtime, context.spec
    if runtime.verbosity.no_input or not runtime.output.stderr.isatty():
        yield None
    elif spec.path != STANDARD_INPUT:
        yield runtime.stdin if runtime.stdin.isatty() else None
    else:
        try:
            terminal = open(console_path(), encoding="utf-8")  # noqa: PTH123, SIM115 - a device
        except OSError:
            yield None
            return
        with terminal:
            yield terminal
