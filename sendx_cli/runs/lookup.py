"""Looking contacts up: those named on the command line, or a file's."""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sendx_cli.account.finding import find_step_by_step
from sendx_cli.account.name_cache import keep_names
from sendx_cli.account.reader import AccountReader, SearchedContact
from sendx_cli.core.account.catalogue import MEMBERS, Catalogue
from sendx_cli.core.contact.address import contact_key, parse_address
from sendx_cli.core.mapping.source_rows import RowError
from sendx_cli.core.plan.bad_rows import BadRowsSeen, refuse_bad_rows
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.errors import ExitCode, KeyRefused, SendxError, ServiceUnusable, UsageError
from sendx_cli.files.addresses import read_addresses
from sendx_cli.files.layout import Overrides
from sendx_cli.files.source import open_source
from sendx_cli.output.bad_row_text import bad_row_lines
from sendx_cli.output.progress import open_progress
from sendx_cli.output.record_stream import RecordStream
from sendx_cli.runs.in_order import InOrder
from sendx_cli.runs.lookup_result import LookupResult, row_of
from sendx_cli.runs.reading import stdin_of
from sendx_cli.runtime import Runtime
from sendx_cli.settings.resolve import Settings
from sendx_cli.wiring import make_account_reader

_PASSING = "name_lookup"
_NAMES = {"/tag": "tags", "/customfield": "custom fields", "/list": "lists"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupFile:
    """A file whose addresses are to be looked up.

    Args:
        path: The file as it was given, or `-`.
        overrides: Options about its layout.
        maps: `--map`, as typed.
        skip_invalid: Whether to look up the other rows of a file that has bad ones.
    """

    path: str
    overrides: Overrides = field(default_factory=Overrides)
    maps: tuple[str, ...] = ()
    skip_invalid: bool = False


@dataclass(slots=True)
class Wanted:
    """The addresses to look up, each contact's once, in the order given.

    Args:
        source: The name of their file, if any.
    """

    source: str | None = None
    places: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    """By address: its number, and its line in the file."""
    bad_rows: int = 0
    _keys: set[str] = field(default_factory=set)

    def add(self, address: str, line: int | None = None) -> None:
        """Add an address, unless its contact is there already."""
        key = contact_key(address)
        if key not in self._keys:
            self._keys.add(key)
            self.places[address] = (len(self.places), line)


def wanted_of(emails: Sequence[str]) -> Wanted:
    """Return the addresses named on the command line.

    Raises:
        InputError: There is none, or one cannot be an address.
    """
    if not emails:
        raise UsageError("no contact given", hint="pass one or more EMAILs, or use --from FILE")
    wanted = Wanted()
    for email in emails:
        wanted.add(parse_address(email))
    return wanted


def wanted_in(runtime: Runtime, file: LookupFile) -> Wanted:
    """Read a file's addresses, all of them before the first request.

    Raises:
        InputError: It cannot be read, has no column of addresses, or has bad rows.
    """
    bad, rows = BadRowsSeen(), 0
    with open_source(file.path, file.overrides, stdin_of(runtime)) as source:
        wanted = Wanted(source.name)
        for row in read_addresses(source, file.maps):
            rows += 1
            if isinstance(row, RowError):
                bad.add(row)
            else:
                wanted.add(row.email, row.line)
    found = bad.result()
    wanted.bad_rows = found.count
    if found.count:
        runtime.output.complain_lines(bad_row_lines(found, source.name))
    refuse_bad_rows(found, rows=rows, where=source.name, skip_invalid=file.skip_invalid)
    return wanted


def look_up(
    runtime: Runtime, settings: Settings, wanted: Wanted, *, is_sandbox: bool, is_single: bool
) -> ExitCode:
    """Look contacts up, and show each as soon as those before it are known.

    Args:
        runtime: The streams and the clock.
        settings: The service, the key, the rate.
        wanted: What to look up.
        is_sandbox: Whether the sandbox stands in for the service.
        is_single: Whether JSON is one object, not an array.

    Returns:
        5 where something could not be found out, else 4 where one is not there or a row was bad.

    Raises:
        SetupError: There is no usable key, or the service does not take it.
    """
    gc.enable()
    codes: Counter[ExitCode] = Counter()
    stream = RecordStream(runtime.output, is_single=is_single)
    reader = make_account_reader(runtime, settings, sandbox=is_sandbox)
    in_order = InOrder(len(wanted.places))
    with closing(reader), closing(in_order):
        catalogue = reader.catalogue() if wanted.places else Catalogue()
        if wanted.places and not is_sandbox:
            keep_names(catalogue, settings)
        refusal = None
        for result in _results(runtime, reader, catalogue, wanted):
            refusal = _error_of(reader.refusal) if result.exit_code is ExitCode.PASSING else None
            if refusal is not None:
                break
            codes[result.exit_code] += 1
            if wanted.source is None and result.exit_code:
                runtime.output.complain(result.searched.address, result.message)
            number, _ = wanted.places[result.searched.address]
            for record in in_order.put(number, result.record()):
                stream.write(record, row_of(record))
    if codes or refusal is None:
        stream.close()
    if refusal is not None:
        raise refusal
    _tell(runtime, wanted, catalogue, codes)
    bad = {ExitCode.REJECTED} if wanted.bad_rows else set()
    return max({*codes, *bad}, default=ExitCode.OK)


def _results(
    runtime: Runtime, reader: AccountReader, catalogue: Catalogue, wanted: Wanted
) -> Iterator[LookupResult]:
    total, done = len(wanted.places), 0
    with open_progress(runtime.output, total=total, clock=runtime.clock) as progress:
        for searched in find_step_by_step(reader, catalogue, wanted.places):
            if searched is not None:
                done += 1
                yield _result(searched, catalogue, wanted)
            if progress.is_due:
                progress.tell(done, f"{reader.calls:,} requests")


def _result(searched: SearchedContact, catalogue: Catalogue, wanted: Wanted) -> LookupResult:
    _, line = wanted.places[searched.address]
    return LookupResult(searched, catalogue, wanted.source, line)


def _error_of(refusal: Verdict | None) -> SendxError | None:
    """Return the error that nothing but somebody's doing can mend, if the refusal is one."""
    if refusal is None or refusal.kind not in {Kind.STOP, Kind.REFUSED} or refusal.code == _PASSING:
        return None
    status = f" (HTTP {refusal.status})" if refusal.status else ""
    message = refusal.message if "HTTP" in refusal.message else refusal.message + status
    if refusal.code == "key_refused":
        return KeyRefused(message, hint=refusal.hint)
    if refusal.kind is Kind.REFUSED:
        hint = "check the base URL (`sendx config get base_url`)"
        return ServiceUnusable(f"contacts cannot be read there: {message}", hint=hint)
    return ServiceUnusable(message, hint=refusal.hint)


def _tell(runtime: Runtime, wanted: Wanted, catalogue: Catalogue, codes: Counter[ExitCode]) -> None:
    """Say what stands in the place of names, and how many of a file were found."""
    for path, reason in catalogue.problems.items():
        if path != MEMBERS and codes[ExitCode.OK]:
            runtime.output.warn(
                f"not all {_NAMES[path]} could be read: {reason}", "ids are shown instead of names"
            )
    if wanted.source is not None:
        counts = [
            f"{len(wanted.places):,} contacts looked up: {codes[ExitCode.OK]:,} found",
            f"{codes[ExitCode.REJECTED]:,} not found",
        ]
        if codes[ExitCode.PASSING]:
            counts.append(f"{codes[ExitCode.PASSING]:,} could not be looked up: run it again")
        runtime.output.note(", ".join(counts))
