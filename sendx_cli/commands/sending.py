"""The part that identify and track share, once their options have become contacts."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import typer

from sendx_cli.commands.file_options import FromFile
from sendx_cli.commands.options import AccountOptions, Formatted, Sending, ServiceOptions
from sendx_cli.commands.slips import refuse_file_names, settle_commas
from sendx_cli.core.contact.contact import Contact, Identify, Track, check_contact
from sendx_cli.core.contact.members import ContactValues
from sendx_cli.core.contact.validation import is_list_id
from sendx_cli.errors import InvalidValue, UsageError
from sendx_cli.output.repetitions import Repetitions
from sendx_cli.output.safe import safe
from sendx_cli.results import PlannedRequest, Result
from sendx_cli.runtime import Runtime

if TYPE_CHECKING:
    from sendx_cli.delivery.rows import Decided
    from sendx_cli.delivery.sender import Pause, Sender
    from sendx_cli.output.writer import Output
    from sendx_cli.runs.options import RunMode
    from sendx_cli.settings.resolve import Settings

_LONG_WAIT_S = 2.0


class CallOptions(NamedTuple):
    """The options of identify and track beside the contacts themselves."""

    formatted: Formatted
    service: ServiceOptions
    account: AccountOptions
    sending: Sending
    batch: int | None = None

    def flags(self) -> dict[str, object]:
        """The settings given as options, as text, by name."""
        return self.service.flags() | self.account.flags()


def send(
    runtime: Runtime,
    action: str,
    emails: Sequence[str],
    values: ContactValues,
    *,
    file: FromFile,
    options: CallOptions,
) -> None:
    """Send the contacts of a file, or those named on the command line.

    Args:
        runtime: What the command needs.
        action: `identify` or `track`.
        emails: Those named on the command line.
        values: What the options say of each contact.
        file: What was said of a file.
        options: What was asked for beside the contacts themselves.

    Raises:
        SendxError: Nothing could be sent.
        typer.Exit: With the code that sums up what became of them.
    """
    refuse_file_names(action, emails)
    may_ask = not (file.yes or options.sending.dry_run)
    values = settle_commas(runtime, values, may_ask=may_ask)
    if file.from_ is not None:
        _refuse_both(emails, values)
        send_from_file(runtime, action, file, values, options)
    file.refuse_without_file()
    if options.batch is not None:
        raise UsageError("--batch requires --from FILE")
    options.account.refuse_without_file()
    if emails and action == Track.action and not (values.add_tags or values.remove_tags):
        raise UsageError("no tag to add or remove", hint="use --add-tag or --remove-tag")
    today = runtime.clock.today()
    contacts = [
        check_contact(action, values._replace(email=email), today=today) for email in emails
    ]
    send_contacts(runtime, contacts, options)


def send_contacts(runtime: Runtime, contacts: Sequence[Contact], options: CallOptions) -> None:
    """Send the contacts named on the command line, and show the outcome of each.

    Raises:
        SendxError: Nothing could be sent.
        typer.Exit: With the code that sums up what became of them.
    """
    if not contacts:
        raise UsageError("no contact given", hint="pass one or more EMAILs, or use --from FILE")
    settings = runtime.settings(options.flags())
    output = runtime.output
    output.format = options.formatted.chosen(settings.output.value, output.format)
    _refuse_fence_without_account(settings)
    if settings.existing_only.value or any(map(_names_a_list, contacts)):
        from sendx_cli.runs.single_contacts import by_account

        contacts = by_account(runtime, settings, contacts, sandbox=options.service.sandbox)
    if options.sending.dry_run:
        _show_requests(output, contacts, settings, options)
        return
    _send(runtime, contacts, settings, options)


def send_from_file(
    runtime: Runtime, action: str, file: FromFile, defaults: ContactValues, options: CallOptions
) -> None:
    """Send a file's contacts, and show the outcome of every row.

    Args:
        runtime: What the command needs.
        action: `identify` or `track`.
        file: What was said of the file.
        defaults: What other options say of every row.
        options: What was asked for beside it.

    Raises:
        SendxError: Nothing was sent, or the journal could not be kept.
        typer.Exit: With the code that sums up what became of the rows.
    """
    from sendx_cli.runs.context import RunContext
    from sendx_cli.runs.job_report import JobReport
    from sendx_cli.runs.output_file import refuse_outputs
    from sendx_cli.runs.starting import start_run
    from sendx_cli.runs.streaming import stream_run

    file.refuse_stream_of_file(is_dry=options.sending.dry_run)
    options.account.refuse_contradictions(is_stream=file.stream)
    mode = _mode(file, options)
    refuse_outputs(runtime, file.from_ or "", mode)
    job = JobReport(runtime.output, action, file.from_ or "", file.part())
    job.code_quality = mode.code_quality
    runtime.at_end.append(job.finish)
    flags = options.flags()
    settings = runtime.settings(flags)
    _refuse_fence_without_account(settings)
    runtime.output.format = options.formatted.chosen(settings.output.value, runtime.output.format)
    service: dict[str, str] = {
        name: str(flags[name]) for name in ("profile", "base_url") if name in flags
    }
    if options.account.only_changed:
        _refuse_without_account(settings)
    spec = replace(
        file.spec(
            action,
            defaults,
            service,
            batch=options.batch,
            takes_unknown=options.sending.retry_unknown,
        ),
        uses_account=settings.account.value,
        existing_only=settings.existing_only.value,
        only_changed=options.account.only_changed,
        keeps_snapshot=settings.snapshot.value and not file.stream,
    )
    context = RunContext(runtime, settings, spec, mode, job)
    raise typer.Exit(stream_run(context) if file.stream else start_run(context))


def _mode(file: FromFile, options: CallOptions) -> "RunMode":
    from sendx_cli.runs.options import RunMode
    from sendx_cli.runs.report_file import report_path

    return RunMode(
        is_sandbox=options.service.sandbox,
        is_dry=options.sending.dry_run,
        is_confirmed=file.yes,
        retry_unknown=options.sending.retry_unknown,
        keeps_going=file.keep_going,
        max_outage_s=file.max_outage_s(),
        keep_journal_s=file.keep_journal_s(),
        report=report_path(file.report, file.part()),
        save_map=file.save_map,
        map_file=file.map_file,
        code_quality=file.code_quality,
        show=file.show,
    )


def _refuse_without_account(settings: "Settings") -> None:
    if not settings.account.value:
        raise InvalidValue(
            "--only-changed needs the account, which is not read: account is false "
            f"({settings.account.origin})",
            hint="to read it: sendx config unset account",
        )


def _refuse_both(emails: Sequence[str], values: ContactValues) -> None:
    if emails:
        raise UsageError("use either EMAIL or --from FILE, not both")
    if values.new_email is not None:
        raise UsageError(
            "--new-email requires exactly one EMAIL", hint="in a file, use a column new_email"
        )


def _refuse_fence_without_account(settings: "Settings") -> None:
    """Refuse a profile's `existing_only` where the account is not read: nothing would hold it."""
    if settings.existing_only.value and not settings.account.value:
        raise InvalidValue(
            f"existing_only ({settings.existing_only.origin}) needs the account, which is not "
            f"read: account is false ({settings.account.origin})",
            hint="remove --no-account, or remove one of the two from the profile",
        )


def _names_a_list(contact: Contact) -> bool:
    return isinstance(contact, Identify) and not all(map(is_list_id, contact.lists))


def _show_requests(
    output: "Output", contacts: Sequence[Contact], settings: "Settings", options: CallOptions
) -> None:
    from sendx_cli.api.requests import base_url_of

    base_url = base_url_of(settings.base_url.value, sandbox=options.service.sandbox)
    requests = [
        PlannedRequest(
            action=contact.action, method="POST", url=base_url + contact.path, body=contact.payload
        ).record()
        for contact in contacts
    ]
    output.show(requests, as_one=len(requests) == 1)


def _send(
    runtime: Runtime, contacts: Sequence[Contact], settings: "Settings", options: CallOptions
) -> None:
    from sendx_cli.delivery.direct import MAX_AT_ONCE, send_all
    from sendx_cli.delivery.results import exit_code, result_of
    from sendx_cli.signals import stop_on_signals
    from sendx_cli.wiring import make_sender

    output = runtime.output
    sender = make_sender(
        runtime,
        settings,
        sandbox=options.service.sandbox,
        concurrency=min(settings.concurrency.value or MAX_AT_ONCE, len(contacts)),
        retry_unknown=options.sending.retry_unknown,
    )
    results: list[Result] = []
    repetitions = Repetitions()
    output.has_sent = True
    with (
        closing(sender),
        stop_on_signals(lambda: _stop(sender, output), lambda: _last_words(sender)) as signals,
    ):
        for turn in send_all(sender, contacts):
            for pause in turn.pauses:
                _tell_pause(output, pause)
            for decided in turn.decided:
                result = result_of(decided)
                results.append(result)
                if output.streams:
                    output.stream(result.record())
                _complain(output, result, decided, repetitions)
    if not output.streams:
        output.show([result.record() for result in results], as_one=len(results) == 1)
    for line in repetitions.rest():
        output.complain_lines([f"sendx: {safe(line)}"])
    _tell_unsent(output, results)
    if signals.ending is not None:
        raise typer.Exit(signals.ending)
    raise typer.Exit(exit_code((r.outcome for r in results), sender.stopped_by))


def _complain(
    output: "Output", result: Result, decided: "Decided", repetitions: Repetitions
) -> None:
    """Report a contact that was not accepted; those never sent are reported together."""
    if result.error is None or not decided.attempts:
        return
    if not repetitions.is_to_be_told(result.error.message):
        return
    message = f"{result.outcome}: {result.error.message}"
    if result.status and "HTTP" not in message:
        message += f" (HTTP {result.status})"
    output.complain(result.email, message, result.error.hint)


def _tell_unsent(output: "Output", results: Sequence[Result]) -> None:
    count = sum(1 for result in results if not result.attempts)
    if count:
        output.note(f"{count} of {len(results)} contacts were not sent")


def _stop(sender: "Sender", output: "Output") -> None:
    sender.stop()
    count = len(sender.addresses_in_flight())
    if count:
        output.note(
            f"stopping: waiting for {count} calls under way; interrupt again to stop at once"
        )


def _last_words(sender: "Sender") -> str:
    """Name the contacts whose outcome will be unknown."""
    lines = [
        f"sendx: {safe(address)}: unknown: ended before the answer\n"
        for address in sender.addresses_in_flight()
    ]
    return "".join(lines)


def _tell_pause(output: "Output", pause: "Pause") -> None:
    from sendx_cli.output.summary import duration

    text = f"{pause.verdict.message}: retrying in {duration(pause.seconds)}"
    if pause.seconds >= _LONG_WAIT_S or pause.verdict.code == "timeout":
        output.note(text)
    else:
        output.detail(text)
