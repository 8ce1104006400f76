import json

from sendx_cli.core.mapping.columns import ColumnOptions, explain
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.core.mapping.source_rows import RowError
from sendx_cli.core.plan.address_changes import Collision, CollisionKind, Collisions
from sendx_cli.core.plan.bad_rows import BadRowKind, BadRows
from sendx_cli.core.plan.name_counts import NameCounts
from sendx_cli.core.plan.plan import Plan
from sendx_cli.output.plan_record import plan_record


def test_the_record_holds_the_whole_plan() -> None:
    """Its members are documented and stable."""
    plan = Plan(
        source="people.csv",
        mapping=explain(
            ["email", "Plan", "birthday"],
            ColumnOptions(maps=("Plan=field:P",), date_order=DateOrder.DMY),
        ),
        layout_notes=("encoding utf-16",),
        to_send=3,
        contacts=2,
        bad=BadRows(
            1,
            (RowError(9, "email is empty", "email"),),
            (BadRowKind("email is empty", "email", 1, 9),),
        ),
        held_back=NameCounts((("Status is Bounced", 1),)),
        sent_though_opted_out=NameCounts((("Kind is abgemeldet", 2),)),
        tags_added=NameCounts((("vip", 2),), 5),
        fields=NameCounts((("P", 3),)),
        similar_tags=(("vip", "VIP"),),
        collisions=Collisions(1, (Collision(2, 3, CollisionKind.CHAIN),)),
    )
    none = {"names": [], "further": 0}
    assert json.loads(json.dumps(plan_record(plan))) == {
        "action": "identify",
        "source": "people.csv",
        "shard": None,
        "rows": 5,
        "to_send": 3,
        "contacts": 2,
        "duplicates": 1,
        "unchanged": {"rows": 0, "contacts": 0},
        "notes": ["encoding utf-16"],
        "export": None,
        "date_order": "dmy",
        "columns": [
            {"position": 1, "name": "email", "target": "email", "why": "by its name"},
            {"position": 2, "name": "Plan", "target": "field:P", "why": "--map"},
            {"position": 3, "name": "birthday", "target": "birthday", "why": "by its name"},
        ],
        "tags_added": {"names": [{"name": "vip", "rows": 2}], "further": 5},
        "tags_removed": none,
        "lists": none,
        "custom_fields": {"names": [{"name": "P", "rows": 3}], "further": 0},
        "counting_fields": none,
        "row_notes": none,
        "held_back": {
            "rows": 1,
            "reasons": {"names": [{"name": "Status is Bounced", "rows": 1}], "further": 0},
        },
        "sent_though_opted_out": {
            "rows": 2,
            "reasons": {"names": [{"name": "Kind is abgemeldet", "rows": 2}], "further": 0},
        },
        "bad_rows": {
            "rows": 1,
            "first": [{"line": 9, "column": "email", "message": "email is empty", "hint": None}],
            "kinds": [{"message": "email is empty", "column": "email", "rows": 1, "first_line": 9}],
        },
        "similar_tags": [["vip", "VIP"]],
        "similar_fields": [],
        "address_collisions": {
            "count": 1,
            "first": [{"kind": "chain", "line": 2, "other_line": 3}],
        },
        "account": None,
        "ok": True,
        "error": None,
    }
