"""The plan of an undo, as lines for people and as JSON."""

from collections.abc import Iterator, Sequence

from sendx_cli.core.plan.undo_plan import RemarkGroup, UndoPlan
from sendx_cli.output.account_text import account_lines
from sendx_cli.output.plan_record import names_record
from sendx_cli.output.plan_text import names_lines
from sendx_cli.output.safe import safe
from sendx_cli.quantity import quantity


def undo_plan_lines(plan: UndoPlan) -> list[str]:
    """Return the plan as lines, harmless to a terminal."""
    lines = [
        f"plan: undo of run {plan.run}",
        f"  {quantity(plan.contacts, 'contact')} to change, in {quantity(plan.calls, 'call')}",
        *account_lines(plan.account),
        *names_lines("tags to remove", plan.tags_away),
        *names_lines("tags to restore", plan.tags_back),
        *names_lines("names and companies to restore", plan.values),
        *names_lines("custom fields to restore", plan.fields),
        *([f"addresses to restore: {plan.addresses:,}"] if plan.addresses else []),
        *_automations(plan),
        *_groups(
            "not undone, unless with --force (a run can be undone only once)", plan.not_undone
        ),
        *_groups("cannot be undone, as the service has no call for it", plan.irreversible),
        "emails that were sent cannot be undone",
    ]
    return [safe(line) for line in lines]


def undo_plan_record(plan: UndoPlan) -> dict[str, object]:
    """Return the members that `sendx schema plan` documents, in their order."""
    return {
        "action": "undo",
        "run": plan.run,
        "members": list(plan.account.members),
        "contacts": plan.contacts,
        "calls": plan.calls,
        "tags_away": names_record(plan.tags_away),
        "tags_back": names_record(plan.tags_back),
        "values": names_record(plan.values),
        "custom_fields": names_record(plan.fields),
        "addresses": plan.addresses,
        "not_undone": [_group_record(group) for group in plan.not_undone],
        "irreversible": [_group_record(group) for group in plan.irreversible],
    }


def _automations(plan: UndoPlan) -> Iterator[str]:
    changes = plan.tags_away.total + plan.tags_back.total
    if changes:
        times = quantity(changes, "tag change")
        yield f"note: {times} can trigger automations, as those of the run did"


def _groups(title: str, groups: Sequence[RemarkGroup]) -> Iterator[str]:
    if not groups:
        return
    yield f"{title}:"
    width = max(len(f"{group.count:,}") for group in groups)
    for group in groups:
        yield f"  {group.count:>{width},}  {group.kind}"
        for remark in group.first:
            yield f"  {'':>{width}}  - {remark.email}: {remark.text}"
        if group.count > len(group.first):
            yield f"  {'':>{width}}  - and {group.count - len(group.first):,} more"


def _group_record(group: RemarkGroup) -> dict[str, object]:
    return {
        "why": str(group.kind),
        "count": group.count,
        "first": [{"email": one.email, "message": one.text} for one in group.first],
    }
