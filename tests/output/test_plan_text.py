import unicodedata
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.account.catalogue import ContactList
from sendx_cli.core.mapping.columns import ColumnOptions, explain
from sendx_cli.core.plan.account_comparison import (
    AccountComparison,
    NamesCompared,
    NewName,
    UsedList,
)
from sendx_cli.core.plan.address_changes import Collision, CollisionKind, Collisions
from sendx_cli.core.plan.bad_rows import BadRows
from sendx_cli.core.plan.name_counts import NameCounts
from sendx_cli.core.plan.plan import Plan
from sendx_cli.output.plan_text import plan_lines

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
SIMPLE = Plan(
    source="people.csv",
    mapping=explain(["email"], ColumnOptions()),
    to_send=3,
    contacts=3,
)
FULL = Plan(
    source="audience.csv",
    mapping=explain(
        ["Email Address", "First Name", "Plan", "Status", "NOTES", "LEID", "EUID", "Birthday"],
        ColumnOptions(maps=("Plan=field:Plan", "Status=field:State"), ignores=("Birthday",)),
    ),
    layout_notes=('found ";" as the delimiter',),
    to_send=1200,
    contacts=1180,
    bad=BadRows(20),
    held_back=NameCounts((("Status is Unsubscribed", 14),)),
    tags_added=NameCounts((("vip", 1100), ("VIP", 3))),
    tags_removed=NameCounts((("lead", 7),)),
    lists=NameCounts((("list_x", 2),)),
    fields=NameCounts(tuple((f"F{number:02}", 30 - number) for number in range(22))),
    counting_fields=NameCounts((("F00", 4),)),
    row_notes=NameCounts((("further addresses of the cell are ignored", 2),)),
    similar_tags=(("vip", "VIP"),),
    similar_fields=(("Plan", "plan "),) * 21,
    collisions=Collisions(
        5,
        (
            Collision(2, 3, CollisionKind.SAME_TARGET),
            Collision(4, 3, CollisionKind.TAKEN),
            Collision(5, 6, CollisionKind.CHAIN),
            Collision(7, 8, CollisionKind.LEFT_BEHIND),
        ),
    ),
)


def test_a_plain_plan_is_short() -> None:
    """What there is none of is not said."""
    assert plan_lines(SIMPLE) == [
        "plan: identify from people.csv",
        "  3  rows",
        "  3  to send",
        "  3  contacts",
        "columns:",
        '  email: "email" (by its name)',
    ]


def test_an_empty_file_has_no_rows() -> None:
    """That it has none is said."""
    empty = Plan(source="people.csv", mapping=SIMPLE.mapping)
    assert plan_lines(empty)[:2] == ["plan: identify from people.csv", "  0  rows"]


def test_a_full_plan_says_what_is_sent_and_what_looks_odd() -> None:
    """Counts, layout, columns, tags, lists, fields, who is held back, look-alikes, collisions."""
    assert plan_lines(FULL) == [
        "plan: identify from audience.csv",
        "  1,234  rows",
        "     20  bad",
        "     14  held back",
        "  1,200  to send",
        "  1,180  contacts",
        "     20  duplicates: an earlier row is about the same contact",
        'file: found ";" as the delimiter',
        "columns of an export by Mailchimp:",
        '  email: "Email Address" (by its name)',
        '  first_name: "First Name" (by its name)',
        '  custom field "Plan": "Plan" (--map)',
        '  custom field "State": "Status" (--map, and says who opted out)',
        '  not sent: "NOTES", "LEID", "EUID" (Mailchimp export: has no counterpart in SendX)',
        '  not sent: "Birthday" (--ignore)',
        "tags to add:",
        '  1,100  "vip"',
        '      3  "VIP"',
        "tags to remove:",
        '  7  "lead"',
        "lists to add contacts to:",
        '  2  "list_x"',
        "custom fields to write:",
        *(f'  {30 - number:>2}  "F{number:02}"' for number in range(20)),
        "  and 2 more",
        "custom fields to count up or down:",
        '  4  "F00"',
        "held back, as they opted out:",
        "  14  Status is Unsubscribed",
        "unusual, but sent:",
        "  2  further addresses of the cell are ignored",
        'note: tags "vip", "VIP" differ only in case or spacing',
        *['note: custom fields "Plan", "plan " differ only in case or spacing'] * 20,
        "note: and 1 more",
        "note: lines 2 and 3 change to the same address",
        "note: line 4 changes to an address that line 3 names",
        "note: line 5 changes to an address that line 6 changes",
        "note: line 7 changes an address that line 8 still uses",
        "note: and 1 more",
    ]


def account_part(account: AccountComparison, **plan: Any) -> list[str]:
    """Return the lines that a plan has because of its account."""
    without = plan_lines(replace(SIMPLE, **plan))
    return [
        line for line in plan_lines(replace(SIMPLE, account=account, **plan)) if line not in without
    ]


def test_of_an_account_only_what_is_known_is_said() -> None:
    """Whose it is, and how many names it has; nothing where nothing of it could be read."""
    assert account_part(AccountComparison()) == []
    assert account_part(AccountComparison(members=("jane@acme.com",))) == ["account: jane@acme.com"]
    assert account_part(AccountComparison(fields=NamesCompared(1))) == ["account: 1 custom field"]
    members = ("jane@acme.com", "x" * 61, "joe@acme.com")
    assert account_part(AccountComparison(members=members, tags=NamesCompared(1234))) == [
        f"account: jane@acme.com, {'x' * 57}... and others, 1,234 tags"
    ]


def test_names_that_would_be_created_are_listed_up_to_twenty() -> None:
    """Those behind are counted; of those too many to keep it is not known how many are new."""
    new = tuple(NewName(f"t{n}", 1001 - n) for n in range(22))
    account = AccountComparison(tags=NamesCompared(0, new))
    assert account_part(account) == [
        "account: 0 tags",
        "tags that would be created:",
        *(f'  {1001 - n:>5,}  "t{n}": new' for n in range(20)),
        "  and 2 more",
    ]
    too_many = NameCounts((("vip", 1),), further=9)
    told = "note: too many tags to check whether each would be created"
    assert account_part(account, tags_added=too_many)[-2:] == ["  and 2 more", told]
    none_new = AccountComparison(tags=NamesCompared(0))
    assert account_part(none_new, tags_added=too_many)[-1] == told
    assert account_part(AccountComparison(), tags_added=too_many) == []


@given(st.text(min_size=1), st.text(min_size=1))
def test_text_from_elsewhere_is_harmless(name: str, source: str) -> None:
    """No control character, no line of its own, no build server's command, nothing endless."""
    plan = Plan(
        source=source,
        mapping=explain(["email", "Plan"], ColumnOptions(maps=(f"Plan=field:x{name}",))),
        to_send=1,
        contacts=1,
        held_back=NameCounts(((name, 1),)),
        tags_added=NameCounts(((name, 1),)),
        similar_tags=((name, name),),
        lists=NameCounts((("list_x", 1),)),
        account=AccountComparison(
            members=(name,),
            tags=NamesCompared(1, (NewName(name, 1, name),)),
            lists=(UsedList(ContactList("list_x", name), 1),),
        ),
    )
    for line in plan_lines(plan):
        assert not HARMFUL & {unicodedata.category(character) for character in line}
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
