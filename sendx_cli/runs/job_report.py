"""What a build server is told of a run, whatever ends it: its page, values, a quality report.

GitHub names two files in the environment: the page of a job's step, and values for later steps.
GitLab shows a report that is named by `--code-quality`.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from sendx_cli.core.contact.payloads import UNDO
from sendx_cli.core.contact.shards import WHOLE, Shard
from sendx_cli.core.mapping.source_rows import RowError
from sendx_cli.core.plan.bad_rows import MAX_LISTED, BadRows
from sendx_cli.core.plan.plan import Plan
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.results import exit_code as exit_code_of
from sendx_cli.errors import (
    ColumnsRefused,
    ExitCode,
    InputError,
    KeyRefused,
    PassingTrouble,
    RowsRefused,
    SendxError,
    ServiceUnusable,
)
from sendx_cli.journal.rows import LeftOut, LeftOutKind, State
from sendx_cli.journal.store import RunJournal
from sendx_cli.journal.view import RunView
from sendx_cli.output.annotations import Annotations, path_in_project
from sendx_cli.output.code_quality import Finding, code_quality
from sendx_cli.output.job_files import (
    append_step_outputs,
    append_step_summary,
    names_job_files,
)
from sendx_cli.output.step_summary import BadRowsShown, StepSummary
from sendx_cli.output.summary import NOT_SENT, ending_text_of
from sendx_cli.output.writer import Output
from sendx_cli.runs.failures import bad_row, bad_rows, failures
from sendx_cli.runs.output_file import SHARED, OutputFile
from sendx_cli.runs.run_summary import RunSummary, summarise

MAX_FINDINGS = 10_000
"""As many rows stand in a code-quality report: nobody looks at more on a page."""

_OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.SKIPPED)
_OF_FILE = (ColumnsRefused, RowsRefused)
"""Errors that are about what stands in a file that is there and can be read."""


class JobReport:
    """Collects what a run finds out, and writes it when the command has ended.

    Args:
        output: Knows the environment; what cannot be written is warned of there.
        action: What is done, such as `identify`.
        source: The file as it was given.
        shard: The shard of it that is sent.

    `code_quality` is the report's file, if one was asked for and may be written.
    """

    def __init__(self, output: Output, action: str, source: str, shard: Shard = WHOLE) -> None:
        self.annotations = Annotations(output)
        self.code_quality: Path | None = None
        self._output = output
        self._action = action
        self._source = source
        self._shard = shard
        self._is_dry = False
        self._plan: Plan | None = None
        self._run = ""
        self._summary: RunSummary | None = None
        self._stopped_by: Verdict | None = None
        self._bad = BadRowsShown()
        self._findings: list[Finding] = []

    def learn_plan(self, plan: Plan, bad: BadRows, *, is_dry: bool = False) -> None:
        """Learn what was to be sent, and the bad rows to be shown."""
        self._plan, self._is_dry, self._source = plan, is_dry, plan.source
        self._bad = BadRowsShown(
            bad.count, [(_place(plan.source, one), one.message) for one in bad.first]
        )

    def learn_bad_rows(self, rows: Iterable[LeftOut]) -> None:
        """Learn the bad rows of a file of which no run is kept."""
        if self.code_quality is not None:
            self._keep_findings(map(bad_row, rows))

    def learn_outcome(
        self, view: RunView, summary: RunSummary, stopped_by: Verdict | None = None
    ) -> None:
        """Learn what became of a run.

        Args:
            view: Its journal.
            summary: Its summary.
            stopped_by: The verdict that ended it before its last row.
        """
        self._summary, self._stopped_by = summary, stopped_by
        if view.header.action != UNDO:
            self._source = view.header.source
        if self._plan is None:
            first = [
                (f"{self._source}:{row.line}", row.message)
                for row in islice(bad_rows(view), MAX_LISTED)
            ]
            self._bad = BadRowsShown(summary.left_out.get(LeftOutKind.BAD, 0), first)
        if self.code_quality is not None:
            self._keep_findings(failures(view, {State.REJECTED}))

    @contextmanager
    def following(self, journal: RunJournal) -> Iterator[None]:
        """Learn what became of a run also where an error ends it before it could be summarised."""
        self._run = journal.id
        try:
            yield
        except BaseException:
            if self._summary is None and self.is_read:
                self.learn_outcome(journal.view, summarise(journal.view, journal.id))
            raise

    @property
    def is_read(self) -> bool:
        """Whether anybody reads what is written at the end."""
        return self.code_quality is not None or names_job_files(self._output.environ)

    def finish(self, exit_code: int, error: SendxError | None) -> None:
        """Write everything; a file that cannot be written is warned of.

        Args:
            exit_code: The command's.
            error: What ended it, unless its rows did.
        """
        self._annotate(error)
        if not self.is_read:
            return
        page = self._page(exit_code, error)
        append_step_summary(self._output, page.markdown())
        append_step_outputs(self._output, self._values(exit_code, error))
        if self.code_quality is not None:
            self._write_code_quality(self.code_quality, error)

    def _annotate(self, error: SendxError | None) -> None:
        """Put what is wrong with the file as a whole on its first line; rows have their own."""
        is_of_file = isinstance(error, _OF_FILE) and error.where == self._source
        if error is not None and is_of_file and not self._bad.rows:
            self.annotations.error(
                self._source,
                line=1,
                message=f"{self._source}: {error.message}",
                hint=error.whole_hint,
            )

    def _page(self, exit_code: int, error: SendxError | None) -> StepSummary:
        summary = self._summary
        shard = "" if self._shard.is_whole else f", {self._shard.words}"
        return StepSummary(
            title=f"{self._action} {self._source}".rstrip() + shard,
            ending=self._ending(exit_code, error),
            why=[*self._why(error)],
            heading="" if summary is None else summary.heading,
            counts=[*self._counts()],
            totals=None if summary is None else summary.totals,
            bad=self._bad,
            next_commands=() if summary is None else summary.next_commands,
        )

    def _ending(self, exit_code: int, error: SendxError | None) -> str:
        if error is not None:
            return ending_text_of(error)
        if self._summary is not None:
            return self._summary.ending_by(exit_code)
        if self._is_dry and exit_code == ExitCode.REJECTED:
            return f"exit {exit_code}: a dry run: some rows are bad, fix them"
        if self._is_dry and exit_code == ExitCode.OK:
            return f"exit {exit_code}: a dry run: nothing was sent"
        ended = "there was nothing to send" if exit_code == ExitCode.OK else "nothing was sent"
        return f"exit {exit_code}: {ended}"

    def _why(self, error: SendxError | None) -> Iterator[str]:
        if error is not None:
            yield f"{error.where}: {error.message}" if error.where else error.message
            hint, lines = error.hint, error.lines
        elif self._stopped_by is not None:
            yield f"stopped: {self._stopped_by.message}"
            hint, lines = self._stopped_by.hint, ()
        else:
            return
        if hint:
            yield f"hint: {hint}"
        yield from lines

    def _counts(self) -> Iterator[tuple[str, int, str]]:
        plan, summary = self._plan, self._summary
        if summary is None and plan is None:
            return
        if summary is not None:
            counts, left_out = summary.counts, summary.left_out
            of_outcome = summary.totals.counts
            to_send, to_come = counts.total - counts.unchanged, counts.to_come
        else:
            assert plan is not None
            left_out = {
                LeftOutKind.BAD: plan.bad.count,
                LeftOutKind.HELD_BACK: plan.held_back.total,
            }
            of_outcome = dict.fromkeys(Outcome, 0) | {Outcome.UNCHANGED: plan.unchanged}
            to_send = to_come = plan.to_send
        of_file = sum(count for kind, count in left_out.items() if not kind.is_of_undo)
        yield "rows", to_send + of_outcome[Outcome.UNCHANGED] + of_file, ""
        yield "to send", to_send, ""
        if plan is not None:
            yield "duplicates", plan.duplicates, "  (their contact has an earlier row)"
        for outcome in _OUTCOMES:
            remark = NOT_SENT if outcome is Outcome.UNCHANGED else ""
            yield str(outcome), of_outcome[outcome], remark
        for kind, count in left_out.items():
            word = "opted out" if kind is LeftOutKind.HELD_BACK else str(kind).replace("_", " ")
            yield word, count, "" if kind.is_of_undo else NOT_SENT
        yield "to come", to_come, "  (not sent yet)" if to_come else ""

    def _values(self, exit_code: int, error: SendxError | None) -> dict[str, object]:
        """Return the documented outputs, in their documented order."""
        counted = {word: count for word, count, _ in self._counts()}
        words = (*map(str, _OUTCOMES), "bad")
        return {
            **{word: counted.get(word, 0) for word in words},
            "to_come": counted.get("to come", 0),
            "run": self._run,
            "exit_code": int(exit_code),
            "kind": self._kind() if error is None else error.code,
        }

    def _kind(self) -> str:
        """Return the kind of error that a run was stopped by, as another command would end by it.

        Empty where its rows alone say how it ended.
        """
        stopped_by = self._stopped_by
        if stopped_by is None or stopped_by.kind is Kind.REFUSED:
            return ""
        if exit_code_of((), stopped_by) is not ExitCode.STOP:
            return PassingTrouble.code
        return KeyRefused.code if stopped_by.code == KeyRefused.code else ServiceUnusable.code

    def _keep_findings(self, rows: Iterable[Finding]) -> None:
        self._findings = [*islice(rows, MAX_FINDINGS)]

    def _write_code_quality(self, path: Path, error: SendxError | None) -> None:
        findings = self._findings
        if not findings and isinstance(error, InputError) and error.where == self._source:
            findings = [Finding(1, error.code, error.message)]  # the file as a whole
        name = path_in_project(self._source, self._output.environ)
        text = json.dumps([*code_quality(findings, name)], indent=1)
        try:
            with closing(OutputFile(path, "code-quality report", SHARED)) as file:
                file.write(f"{text}\n")
                file.keep()
        except SendxError as failure:
            self._output.warn(f"{failure.where}: {failure.message}")


def _place(source: str, error: RowError) -> str:
    return ":".join(filter(None, (source, str(error.line), error.column)))
