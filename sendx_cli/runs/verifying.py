"""`runs verify`: the contacts of a run's accepted rows, read back and compared."""

import random
from collections.abc import Iterator, Mapping

from sendx_cli.account.finding import find_contacts
from sendx_cli.account.reader import SearchedContact
from sendx_cli.core.account.verification import Expected, Verification, expectations
from sendx_cli.core.contact.address import contact_key
from sendx_cli.errors import ExitCode, InputError
from sendx_cli.journal.runs import Run, open_view
from sendx_cli.output.count_progress import CountProgress
from sendx_cli.output.formats import OutputFormat
from sendx_cli.runs.account_access import require_account
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.headers import refuse_other_account
from sendx_cli.runs.no_longer_kept import no_longer_kept

AS_SENT, DIFFERS, NOT_THERE, UNREAD = "as sent", "differs", "not there", "not read"
_SHOWN_UNCLEAR = 5


def verify_run(context: RunContext, run: Run, sample: int | None) -> ExitCode:
    """Read the contacts of a run's accepted rows back, and show which are not as sent.

    Args:
        context: The run's, for the service and the key.
        run: The run.
        sample: How many contacts to look at, drawn at random; None: all.

    Returns:
        `REJECTED` where a contact is not as sent, else `PASSING` where one could not be read.

    Raises:
        AccountUnread: The account cannot be read.
        SendxError: The run was made for another account, or its journal is damaged.
    """
    refuse_other_account(run.header, context, "verify it with the same --profile and --base-url")
    expected = _expected(run)
    if run.removed is not None:
        context.output.warn(f"run {run.id}: {no_longer_kept(run.removed)}")
    if not expected:
        raise InputError(f"run {run.id} has no accepted rows to verify")
    if sample is not None and sample < len(expected):
        chosen = random.sample(sorted(expected), sample)
        expected = {key: expected[key] for key in chosen}
    counts = dict.fromkeys((AS_SENT, DIFFERS, NOT_THERE, UNREAD), 0)
    unclear: dict[str, int] = {}
    shown: list[dict[str, object]] = []
    for searched, comparison in _compared(context, expected):
        outcome = _outcome(searched, comparison)
        counts[outcome] += 1
        for member in comparison.unclear:
            unclear[member] = unclear.get(member, 0) + 1
        record = _record(searched, outcome, comparison)
        if context.output.streams:
            context.output.stream(record)
        elif context.output.format is OutputFormat.JSON or outcome != AS_SENT:
            shown.append(record)
    _show(context, run, counts, unclear, shown)
    if counts[DIFFERS] or counts[NOT_THERE]:
        return ExitCode.REJECTED
    return ExitCode.PASSING if counts[UNREAD] else ExitCode.OK


def _expected(run: Run) -> dict[str, Expected]:
    with open_view(run.path) as view:
        return {
            contact_key(expected.email): expected
            for rows in view.sent_rows().by_contact()
            for expected in expectations(row.contact for row in rows if row.is_certain)
        }


def _compared(
    context: RunContext, expected: Mapping[str, Expected]
) -> Iterator[tuple[SearchedContact, Verification]]:
    """Yield each contact as it is found, and how it compares."""
    addresses = [one.email for one in expected.values()]
    clock = context.runtime.clock
    with (
        require_account(context) as account,
        CountProgress(context.output, clock, "verify", len(addresses)) as progress,
    ):
        for done, searched in enumerate(
            find_contacts(account.reader, account.catalogue, addresses), start=1
        ):
            contact = searched.contact
            one = expected[contact_key(searched.address)]
            yield searched, Verification() if contact is None else one.compare(contact)
            progress.update(done)


def _outcome(searched: SearchedContact, comparison: Verification) -> str:
    if searched.problem is not None:
        return UNREAD
    if searched.contact is None:
        return NOT_THERE
    return DIFFERS if comparison.differences else AS_SENT


def _record(searched: SearchedContact, outcome: str, comparison: Verification) -> dict[str, object]:
    """Return the documented members of a contact that was verified."""
    return {
        "email": searched.address,
        "ok": outcome == AS_SENT,
        "outcome": outcome.replace(" ", "_"),
        "message": searched.problem or outcome,
        "differences": [difference._asdict() for difference in comparison.differences],
        "not_compared": list(comparison.unclear),
    }


def _show(
    context: RunContext,
    run: Run,
    counts: Mapping[str, int],
    unclear: Mapping[str, int],
    shown: list[dict[str, object]],
) -> None:
    output = context.output
    found = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    total = sum(counts.values())
    output.note(f"run {run.id}: {total:,} {'contact' if total == 1 else 'contacts'}: {found}")
    for member, count in sorted(unclear.items(), key=lambda one: -one[1])[:_SHOWN_UNCLEAR]:
        output.note(f"not compared, because it cannot be read or counts: {member} ({count:,})")
    if output.format is OutputFormat.TABLE:
        lines = [line for record in shown for line in _lines(record)]
        if lines:
            output.show(lines)
    elif output.format is OutputFormat.JSON:
        output.show(shown)


def _lines(record: Mapping[str, object]) -> list[dict[str, object]]:
    """Return a line of the table for each member that differs, or one for the whole contact."""
    differences = record["differences"]
    assert isinstance(differences, list)
    if not differences:
        return [{"email": record["email"], "member": "", "sent": "", "found": record["message"]}]
    return [{"email": record["email"], **difference} for difference in differences]
