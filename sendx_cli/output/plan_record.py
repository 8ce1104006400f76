"""A plan as JSON."""

from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.plan.account_comparison import AccountComparison, NamesCompared
from sendx_cli.core.plan.bad_rows import BadRows
from sendx_cli.core.plan.name_counts import NameCounts
from sendx_cli.core.plan.plan import Plan


def plan_record(plan: Plan) -> dict[str, object]:
    """Return the documented members, in their documented order.

    `action`, `source`; `shard`, null for the whole file: `number`, `total`, `rows_of_file` and
    `bad_elsewhere`, the bad rows that other shards hand back; of the shard alone are `rows`,
    `to_send`, `contacts`, `duplicates`; `unchanged`, the rows that
    would change nothing in the account, with `rows` and `contacts`; `notes` of the file's layout;
    `export` and `date_order`, or null; `columns`, each with `position`, `name`, `target` as
    `--map` writes it, `why`; `tags_added`, `tags_removed`, `lists`, `custom_fields`,
    `counting_fields` and `row_notes`, each with `names` (`name`, `rows`) and `further`, the
    occurrences of names too many to keep; `held_back` and `sent_though_left` (rows that say that
    their person left, in columns that were named) with `rows` and `reasons` of the same form;
    `bad_rows` with `rows`, `first` (`line`, `column`, `message`, `hint`) and `kinds` (`message`,
    `column`, `rows`, `first_line`); `similar_tags` and `similar_fields`, arrays of names that
    differ only in case or spacing; `address_collisions` with `count` and `first` (`kind`, `line`,
    `other_line`); `account`, null where it was not read: `members`, the addresses of its team;
    `tags` and `custom_fields` with `known`, how many it has (null: not read to their end), and
    `new`, those that would be created (`name`, `rows`, `near`, the one of the account that it may
    be a slip of, or null); `lists` with `known` and `used` (`id`, `name`, `double_opt_in`,
    `rows`); `not_compared`, why something of it could not be read (`path`, `reason`).
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
        "sent_though_left": _rows_record(plan.sent_though_left),
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
        "export": mapping.preset.name or None,
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
