"""The only writer: results to standard output, everything else to standard error."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TextIO

from sendx_cli.errors import PassingTrouble, ResultsLost, SendxError
from sendx_cli.output.formats import OutputFormat, Record, csv_lines, json_line, json_text
from sendx_cli.output.safe import safe, safe_line
from sendx_cli.output.terminal import is_utf_8, shows_only_ascii, terminal_width, wrapped
from sendx_cli.settings.key import MASK


class Output:
    """Writes results in the requested format, and messages by the verbosity.

    Args:
        stdout: Where results go.
        stderr: Where messages go.
        environ: The environment, for NO_COLOR, TERM and COLUMNS.
        color: Colour as asked for, or None to find out.
        is_quiet: Say nothing but results and errors.
        verbosity: How much to say beside; 0 is the usual.

    `format` is how results are written; `is_plain` asks for text that a screen reader can follow:
    no boxes, no line that moves; `has_sent` is set once contacts may have been sent, so
    that results which cannot be written leave doubt. `asked_format` finds out which format was
    asked for, by an option or a setting, even if the command line was refused.
    """

    def __init__(
        self,
        stdout: TextIO,
        stderr: TextIO,
        environ: Mapping[str, str],
        *,
        color: bool | None = None,
        is_quiet: bool = False,
        verbosity: int = 0,
    ) -> None:
        self.stdout = stdout
        self.stderr = stderr
        self.environ = environ
        self.color = color
        self.is_quiet = is_quiet
        self.verbosity = verbosity
        self.format = OutputFormat.TABLE if stdout.isatty() else OutputFormat.JSONL
        self.is_plain = False
        self._has_csv_header = False
        self.has_sent = False
        self.asked_format: Callable[[], OutputFormat | None] = lambda: None
        self._items = 0
        self._has_open_array = False
        self._has_document = False

    def show(self, records: Sequence[Record], *, as_one: bool = False) -> None:
        """Write records that are all there.

        Args:
            records: What to write.
            as_one: Whether `json` shows a single object, not an array of one.
        """
        match self.format:
            case OutputFormat.TABLE:
                self._table(records, as_one=as_one)
            case OutputFormat.JSON:
                self._json(records[0] if as_one else list(records))
            case OutputFormat.JSONL | OutputFormat.CSV:
                for record in records:
                    self.stream(record)

    def stream(self, record: Record, *, at_once: bool = True) -> None:
        """Write one record as soon as it is known: a line of JSON or CSV."""
        if self.format is OutputFormat.CSV:
            header = [] if self._has_csv_header else [record.keys()]
            self._has_csv_header = True
            self.write(csv_lines([*header, record.values()]), at_once=at_once)
        else:
            self.write(json_line(record, ascii_only=self.is_ascii) + "\n", at_once=at_once)

    @property
    def streams(self) -> bool:
        """Whether the format writes each record as it is decided."""
        return self.format in {OutputFormat.JSONL, OutputFormat.CSV}

    def item(self, record: Record) -> None:
        """Write one item of a JSON array, which `close_items` ends."""
        text = json_line(record, ascii_only=self.is_ascii)
        begin, self._items = (",\n  " if self._items else "[\n  "), self._items + 1
        self._has_open_array = True
        self.write(begin + text, at_once=False)

    def close_items(self) -> None:
        """End a JSON array, be it empty."""
        self._has_open_array, self._has_document = False, True
        self.write("\n]\n" if self._items else "[]\n")

    def tell_records(self, records: Iterable[Record]) -> None:
        """Write records beside what a command shows otherwise, where JSON was asked for.

        Raises:
            SendxError: The system did not take it.
            BrokenPipeError: Nobody reads any more.
        """
        asked = self.asked_format()
        if asked is OutputFormat.JSONL:
            for record in records:
                self.stream(record, at_once=False)
        elif asked is OutputFormat.JSON and not self._has_document:
            for record in records:
                self.item(record)

    def end_by(self, error: SendxError) -> None:
        """Write the error that ended the command as a record, where JSON was asked for.

        It is a line of `jsonl`. In `json` it is the only object, or the last item of an array
        that was begun; where the document was complete before, it is left out.
        """
        asked = self.asked_format()
        with suppress(OSError, SendxError):  # nobody is left to tell
            if asked is OutputFormat.JSONL:
                self.write(json_line(error.record(), ascii_only=self.is_ascii) + "\n")
            elif asked is OutputFormat.JSON and self._has_open_array:
                self.item(error.record())
                self.close_items()
            elif asked is OutputFormat.JSON and not self._has_document:
                self._json(error.record())

    def line(self, text: str) -> None:
        """Write one line of plain text to standard output: a path, a value, a version."""
        self.write(safe_line(text) + "\n")

    def note(self, text: str, hint: str | None = None) -> None:
        """Write a note, unless quiet."""
        if not self.is_quiet:
            self._tell(text, hint)

    def detail(self, text: str) -> None:
        """Write a detail, if verbose."""
        if self.verbosity:
            self._tell(text)

    def warn(self, text: str, hint: str | None = None) -> None:
        """Write a warning, unless quiet."""
        if not self.is_quiet:
            self._tell(f"warning: {text}", hint)

    def error(self, error: SendxError) -> None:
        """Write the error that ended the command: what happened, where, what to do next."""
        is_shown = error.where is None or error.message.endswith(f": {error.where}")
        where = "" if is_shown else f"{error.where}: "
        self._tell(f"{where}{error.message}", error.hint, error.lines)

    def traceback(self, bug: BaseException, secrets: Collection[str] = ()) -> None:
        """Write the traceback of a bug, without the values of variables: one may be the key.

        Args:
            bug: What was raised. Its message could hold anything.
            secrets: What is masked in it.
        """
        import traceback

        text = "".join(traceback.format_exception(bug))
        for secret in sorted(secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        self.complain_lines(map(safe_line, text.rstrip("\n").split("\n")))

    def complain(self, where: str, message: str, hint: str | None = None) -> None:
        """Write what went wrong with one contact, also when quiet."""
        self._tell(f"{where}: {message}", hint)

    def tell_lines(self, lines: Iterable[str]) -> None:
        """Write lines that are harmless already to standard error, unless quiet."""
        if not self.is_quiet:
            self.complain_lines(lines)

    def complain_lines(self, lines: Iterable[str]) -> None:
        """Write lines that are harmless already to standard error, also when quiet."""
        self._hand_over("".join(f"{line}\n" for line in lines))

    def ask(self, question: str) -> None:
        """Write a question to standard error; the answer is read elsewhere."""
        self._hand_over(self._wrapped(question))

    def announce(self, text: str) -> None:
        """Write what questions follow, also when quiet."""
        self._hand_over(f"{self._wrapped(text)}\n")

    def end_question(self) -> None:
        """Go to the next line where the answer did not: its input ended."""
        self._hand_over("\n")

    def flush(self) -> None:
        """Flush standard output.

        Raises:
            ResultsLost: The system did not take it (a full disk).
            BrokenPipeError: Nobody reads any more.
        """
        try:
            self.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._lost(error) from None

    def _json(self, value: object) -> None:
        self._has_document = True
        self.write(json_text(value, ascii_only=self.is_ascii) + "\n")

    def _table(self, records: Sequence[Record], *, as_one: bool) -> None:
        if self.is_plain:
            from sendx_cli.output.cells import plain_lines

            self.write("".join(f"{line}\n" for line in plain_lines(records)))
            return
        from sendx_cli.output.tables import draw_one, draw_rows

        draw = draw_one if as_one else draw_rows
        self.write(draw(records, self.stdout, self.environ, color=self.color))

    @property
    def is_ascii(self) -> bool:
        """Whether standard output can show nothing but ASCII."""
        return not is_utf_8(self.stdout)

    @property
    def tells_ascii(self) -> bool:
        """Whether lines and bars on standard error are to be drawn in ASCII."""
        return shows_only_ascii(self.stderr, self.environ)

    def write(self, text: str, *, at_once: bool = True) -> None:
        """Write text that is harmless already to standard output.

        Args:
            text: What to write.
            at_once: Whether to hand it to the system now, or with what follows (`flush`).

        Raises:
            ResultsLost: The system did not take it (a full disk), and contacts were sent.
            PassingTrouble: The same, where none was.
            BrokenPipeError: Nobody reads any more.
        """
        try:
            self.stdout.write(text)
            if at_once:
                self.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._lost(error) from None

    def _lost(self, error: OSError) -> SendxError:
        reason = (error.strerror or str(error)).lower()
        if self.has_sent:
            return ResultsLost(
                f"results could not be written: {reason}",
                hint="contacts may have been sent anyway: check before sending them again",
            )
        return PassingTrouble(f"output could not be written: {reason}", hint="nothing was sent")

    def _tell(self, text: str, hint: str | None = None, more: Sequence[str] = ()) -> None:
        lines = f"sendx: {safe(text)}\n" + "".join(f"  {safe(line)}\n" for line in more)
        if hint:
            lines += f"  hint: {safe(hint)}\n"
        self._hand_over(lines)

    def _wrapped(self, text: str) -> str:
        """Return text for a terminal, in lines that end between words."""
        said = f"sendx: {safe(text)}"
        if not self.stderr.isatty():
            return said
        return "\n".join(wrapped(said, terminal_width(self.stderr, self.environ)))

    def _hand_over(self, text: str) -> None:
        try:
            self.stderr.write(text)
            self.stderr.flush()
        except OSError:
            pass  # nobody is left to tell
