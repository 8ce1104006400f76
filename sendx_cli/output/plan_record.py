"""A plan as JSON."""

from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.plan.account_comparison import AccountComparison, NamesCompared
from sendx_cli.core.plan.bad_rows import BadRows
from sendx_cli.core.plan.name_counts import NameCounts
from sendx_cli.core.plan.plan import Plan
from sendx_cli.errors import SendxError


def plan_record(plan: Plan, refusal: SendxError | None = None) -> dict[str, object]:
    """Return the members that `sendx schema plan` documents, in their order.

    Args:
        plan: The plan.
        refusal: Why it must not be sent, if it must not.
    """
    collisions = plan.collisions
    return {
        "action": plan.mapping.action,
        "source": plan.source,
        "shard": _shard_record(plan),
        "rows": plan.rows,
        "to_send": plan.to_send,
        "contacts": plan.contacts,
        "duplicates": plan.duplicates,
        "unchanged": {"rows": plan.unchanged, "contacts": plan.unchanged_contacts},
        "notes": list(plan.layout_notes),
        **_mapping_record(plan.mapping),
        "tags_added": _names_record(plan.tags_added),
        "tags_removed": _names_record(plan.tags_removed),
        "lists": _names_record(plan.lists),
        "custom_fields": _names_record(plan.fields),
        "counting_fields": _names_record(plan.counting_fields),
        "row_notes": _names_record(plan.row_notes),
        "held_back": _rows_record(plan.held_back),
        "sent_though_opted_out": _rows_record(plan.sent_though_opted_out),
        "bad_rows": _bad_record(plan.bad),
        "similar_tags": [list(group) for group in plan.similar_tags],
        "similar_fields": [list(group) for group in plan.similar_fields],
        "address_collisions": {
            "count": collisions.count,
            "first": [
                {"kind": str(each.kind), "line": each.line, "other_line": each.other_line}
                for each in collisions.first
            ],
        },
        "account": plan.account and _account_record(plan.account),
        "ok": refusal is None,
        "error": refusal and refusal.record()["error"],
    }


def _shard_record(plan: Plan) -> dict[str, object] | None:
    if plan.shard.is_whole:
        return None
    return {
        **plan.shard._asdict(),
        "rows_of_file": plan.rows_of_file,
        "bad_elsewhere": plan.bad_elsewhere.count,
    }


def _mapping_record(mapping: ColumnMapping) -> dict[str, object]:
    return {
        "export": mapping.preset.name or (mapping.results and str(mapping.results.kind)) or None,
        "date_order": mapping.date_order and str(mapping.date_order),
        "columns": [
            {
                "position": column.position,
                "name": column.name,
                "target": column.target_text,
                "why": column.why,
            }
            for column in mapping.columns
        ],
    }


def _names_record(names: NameCounts) -> dict[str, object]:
    return {
        "names": [{"name": name, "rows": count} for name, count in names.names],
        "further": names.further,
    }


def _rows_record(reasons: NameCounts) -> dict[str, object]:
    return {"rows": reasons.total, "reasons": _names_record(reasons)}


def _bad_record(bad: BadRows) -> dict[str, object]:
    return {
        "rows": bad.count,
        "first": [
            {
                "line": error.line,
                "column": error.column,
                "message": error.message,
                "hint": error.hint,
            }
            for error in bad.first
        ],
        "kinds": [
            {
                "message": kind.message,
                "column": kind.column,
                "rows": kind.rows,
                "first_line": kind.line,
            }
            for kind in bad.kinds
        ],
    }


def names_record(names: NameCounts) -> dict[str, object]:
    """Return names with how often each occurs: `names` (`name`, `rows`) and `further`."""
    return _names_record(names)


def _account_record(account: AccountComparison) -> dict[str, object]:
    return {
        "members": list(account.members),
        "tags": _compared_record(account.tags),
        "custom_fields": _compared_record(account.fields),
        "lists": {
            "known": account.lists_known,
            "used": [
                {
                    "id": used.list.id,
                    "name": used.list.name,
                    "double_opt_in": used.list.is_double_opt_in,
                    "rows": used.rows,
                }
                for used in account.lists
            ],
        },
        "not_compared": [{"path": path, "reason": reason} for path, reason in account.not_compared],
    }


def _compared_record(names: NamesCompared) -> dict[str, object]:
    return {"known": names.known, "new": [one._asdict() for one in names.new]}
