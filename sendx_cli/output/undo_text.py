"""The plan of an undo, as lines for people and as JSON."""

from collections.abc import Iterator, Sequence

from sendx_cli.core.plan.undo_plan import RemarkGroup, UndoPlan
from sendx_cli.output.account_text import account_lines
from sendx_cli.output.plan_record import names_record
from sendx_cli.output.plan_text import names_lines
from sendx_cli.output.safe import safe


def undo_plan_lines(plan: UndoPlan) -> list[str]:
    """Return the plan as lines, harmless to a terminal."""
    lines = [
        f"plan: undo of run {plan.run}",
        f"  {_contacts(plan.contacts)} to change, in {_calls(plan.calls)}",
        *account_lines(plan.account),
        *names_lines("tags to take away", plan.tags_away),
        *names_lines("tags to put back", plan.tags_back),
        *names_lines("names and companies to write back", plan.values),
        *names_lines("custom fields to write back", plan.fields),
        *([f"addresses to change back: {plan.addresses:,}"] if plan.addresses else []),
        *_automations(plan),
        *_groups("left alone, as --force would not", plan.left_alone),
        *_groups("not taken back, for the service has no call for it", plan.remains),
        "mails that went out are not taken back",
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
        "left_alone": [_group_record(group) for group in plan.left_alone],
        "remains": [_group_record(group) for group in plan.remains],
    }


def _automations(plan: UndoPlan) -> Iterator[str]:
    changes = plan.tags_away.total + plan.tags_back.total
    if changes:
        times = "1 change of a tag" if changes == 1 else f"{changes:,} changes of tags"
        yield f"look: {times} can set off automations, as those of the run did"


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


def _contacts(count: int) -> str:
    return "1 contact" if count == 1 else f"{count:,} contacts"


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count:,} calls"
