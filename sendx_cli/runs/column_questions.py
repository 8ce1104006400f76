"""Columns that nothing explains: asked about one by one on a terminal, refused elsewhere."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple, TextIO

from sendx_cli.account.name_cache import kept_names
from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.column_problems import beyond_unexplained, refuse_problems
from sendx_cli.core.mapping.columns import map_columns
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.core.mapping.suggestions import (
    mapped_to,
    named_in_option,
    option_text,
    suggestions,
    unexplained,
)
from sendx_cli.errors import InvalidValue, SendxError
from sendx_cli.files.column_samples import samples_of
from sendx_cli.files.contact_rows import with_file
from sendx_cli.files.live import LiveSource
from sendx_cli.files.source import Source
from sendx_cli.output.column_question import (
    QUIT_KEY,
    TYPE_KEY,
    Question,
    prompt,
    question_lines,
)
from sendx_cli.output.terminal import terminal_width
from sendx_cli.runs.consent import terminal_to_ask_on
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.keys import END, ENTER, single_keys


class _Answer(NamedTuple):
    """What a column is for.

    Args:
        named: The column as `--map` and `--ignore` name it.
        target: As in `--map`.
    """

    named: str
    target: str


class _Quit(Exception):
    """Nobody wants to answer."""


def settle_columns(context: RunContext, source: Source | LiveSource) -> RunContext:
    """Return the run with what its columns are for, asked about where nothing explains one.

    It is asked on a terminal, before anything is sent or kept, also by a dry run; not with
    `--yes` or `--no-input`, nor on a build server.

    Raises:
        InvalidValue: Nothing explains a column, and nobody can be asked, or nobody answers.
    """
    action = context.spec.action
    try:
        columns = map_columns(source.layout.header, with_file(context.spec.columns, source))
        if not unexplained(columns):
            return context
        fields = _known_fields(context)
        can_be_settled = not beyond_unexplained(columns, action)
        with suppress(_Quit), terminal_to_ask_on(context) as terminal:
            if can_be_settled and terminal is not None and _may_ask(context):
                answers = _Questions(context, source, terminal, fields).ask(columns)
                return _with_answers(context, answers)
        refuse_problems(columns, action, fields)
    except InvalidValue as error:
        raise error.at(source.name) from None
    return context


def _may_ask(context: RunContext) -> bool:
    return not context.mode.is_confirmed and not context.runtime.environ.get("CI")


def _known_fields(context: RunContext) -> tuple[str, ...]:
    """Return the account's custom fields as they were last read; no request is made."""
    with suppress(SendxError):
        return () if context.mode.is_sandbox else kept_names(context.settings).fields
    return ()


def _with_answers(context: RunContext, answers: Sequence[_Answer]) -> RunContext:
    """Show the options that say the same, and return the run with them."""
    options = " ".join(option_text(*answer) for answer in answers)
    keep = None if context.mode.save_map else "--save-map FILE keeps it for the next file"
    context.output.note(f"the same as options: {options}", keep)
    columns = context.spec.columns
    maps = (f"{named}={target}" for named, target in answers if target != Target.IGNORED)
    ignores = (named for named, target in answers if target == Target.IGNORED)
    columns = replace(columns, maps=(*columns.maps, *maps), ignores=(*columns.ignores, *ignores))
    return replace(
        context,
        spec=replace(context.spec, columns=columns),
        mode=replace(context.mode, has_answered=True),
    )


class _Questions:
    """Asks what columns are for.

    Args:
        context: The run.
        source: Its rows.
        terminal: Where answers are read.
        fields: Custom fields that the account is known to have.
    """

    def __init__(
        self,
        context: RunContext,
        source: Source | LiveSource,
        terminal: TextIO,
        fields: Sequence[str],
    ) -> None:
        self._output = context.output
        self._action = context.spec.action
        self._source = source
        self._terminal = terminal
        self._fields = fields
        is_dumb = context.runtime.environ.get("TERM") == "dumb"
        self._by_line = is_dumb or context.output.is_plain or sys.platform == "win32"

    def ask(self, columns: Sequence[Column]) -> list[_Answer]:
        """Ask about each column that nothing explains.

        Raises:
            _Quit: Nobody wants to answer.
        """
        unknown = unexplained(columns)
        found = samples_of(self._source, unknown)
        count = len(unknown)
        asked = (
            "unknown column: what is it for?"
            if count == 1
            else "unknown columns: what is each for?"
        )
        self._output.announce(f"{self._source.name}: {count:,} {asked}")
        mapped = list(columns)
        answers: list[_Answer] = []
        for number, column in enumerate(unknown, start=1):
            samples = found[column.position]
            targets = suggestions(column, mapped, self._action, self._fields)
            if samples.has_opt_out:
                targets.insert(0, Target.OPT_OUT)
            place = f"{number} of {len(unknown)}"
            question = Question(column, place, samples.texts, targets, self._fields)
            answer = _Answer(named_in_option(column, columns), self._ask_one(question, mapped))
            mapped[column.position - 1] = mapped_to(column, answer.target)
            answers.append(answer)
        return answers

    def _ask_one(self, question: Question, columns: Sequence[Column]) -> str:
        """Return the target of a column.

        Raises:
            _Quit: Nobody wants to answer.
        """
        output = self._output
        lines = question_lines(
            question, terminal_width(output.stderr, output.environ), ascii_only=output.tells_ascii
        )
        target: str | None = None
        while target is None:
            key = self._key([*lines], prompt(question))
            lines = []
            if key in {END, QUIT_KEY}:
                output.end_question()
                raise _Quit
            if key == ENTER:
                key = question.first_key
            is_known = key == TYPE_KEY or key in question.answers
            if not self._by_line:  # then the terminal shows what was typed
                output.complain_lines([key if is_known else ""])
            if key == TYPE_KEY:
                target = self._typed(question.column, columns)
            elif is_known:
                target = question.answers[key]
            else:
                output.complain(question.column.name, "no such key")
        return target

    def _key(self, lines: Sequence[str], asked: str) -> str:
        try:
            # What is typed before the question can be seen is discarded.
            with single_keys(self._terminal, by_line=self._by_line) as read_key:
                self._output.complain_lines(lines)
                self._output.ask(asked)
                return read_key()
        except KeyboardInterrupt:
            return QUIT_KEY

    def _typed(self, column: Column, columns: Sequence[Column]) -> str | None:
        """Return a target that was typed, asked for until the column can have it.

        Returns:
            None where nothing was typed, which goes back to the keys.

        Raises:
            _Quit: Nobody wants to answer.
        """
        while True:
            self._output.ask("target, such as company or field:NAME (Enter: back): ")
            try:
                line = self._terminal.readline()
            except KeyboardInterrupt:
                raise _Quit from None
            if not line.endswith("\n"):
                self._output.end_question()
            text = line.strip()
            if not text:
                return None
            problem = self._problem(text, column, columns)
            if problem is None:
                return text
            self._output.complain(column.name, *problem)

    def _problem(
        self, target: str, column: Column, columns: Sequence[Column]
    ) -> tuple[str, str] | None:
        """Return why a column cannot have a target, and a hint."""
        others = list(columns)
        try:
            others[column.position - 1] = mapped_to(column, target)
        except InvalidValue as error:
            return error.message, error.hint or ""
        return next(iter(beyond_unexplained(others, self._action)), None)
