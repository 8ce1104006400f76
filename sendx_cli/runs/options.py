"""What a run was asked for, kept in its journal so that it can go on as it began."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sendx_cli.core.contact.members import ContactValues
from sendx_cli.core.mapping.columns import ColumnOptions
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.errors import InputError
from sendx_cli.files.layout import FileFormat, Overrides


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """How a file becomes contacts, and what holds for the whole run however often it resumes.

    Args:
        action: `identify` or `track`.
        path: The file as it was named, or `-`.
        defaults: What options say of every row.
        overrides: What was said of the file's layout.
        columns: What was said of its columns.
        skip_invalid: Whether bad rows do not stop the others.
        batch: Contacts in one call of the bulk endpoint; 1: single calls.
        service: The service's own options, such as `base_url`, as they were typed.
    """

    action: str
    path: str
    defaults: ContactValues = field(default_factory=ContactValues)
    overrides: Overrides = field(default_factory=Overrides)
    columns: ColumnOptions = field(default_factory=ColumnOptions)
    skip_invalid: bool = False
    batch: int = 1
    service: Mapping[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        """Return it as JSON."""
        members = asdict(self) | {"defaults": self.defaults._asdict()}
        return json.dumps(members, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "RunSpec":
        """Read what `to_text` wrote.

        Raises:
            InputError: It is something else.
        """
        try:
            members = json.loads(text)
            columns, overrides = members["columns"], members["overrides"]
            order, layout_format = columns["date_order"], overrides["format"]
            return cls(
                **members
                | {
                    "defaults": ContactValues(**_tuples(members["defaults"])),
                    "columns": ColumnOptions(
                        **_tuples(columns) | {"date_order": order and DateOrder(order)}
                    ),
                    "overrides": Overrides(
                        **_tuples(overrides)
                        | {"format": layout_format and FileFormat(layout_format)}
                    ),
                }
            )
        except (ValueError, TypeError, KeyError):
            raise InputError(
                "the run's options cannot be read: it was made by another sendx",
                hint="send the file anew: `sendx runs forget` makes way for it",
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMode:
    """How one process goes about a run; none of it changes what is sent.

    Args:
        is_sandbox: Whether the sandbox stands in for the service.
        is_dry: Whether only the plan is shown.
        is_confirmed: Whether nobody needs to be asked.
        retry_unknown: Whether rows are repeated that may have arrived and must not go twice.
        keeps_going: Whether a thousand rejections in a row for one reason are borne.
        max_outage_s: How long nothing may succeed before the run gives up for now.
        report: Where each row's result is written as well.
        save_map: Where the mapping is kept.
        map_file: Where the mapping came from.
    """

    is_sandbox: bool = False
    is_dry: bool = False
    is_confirmed: bool = False
    retry_unknown: bool = False
    keeps_going: bool = False
    max_outage_s: float = 900.0
    report: Path | None = None
    save_map: Path | None = None
    map_file: Path | None = None


def _tuples(members: Mapping[str, object]) -> dict[str, Any]:
    """Return the members with tuples where JSON has arrays."""
    return {name: _tuple(value) for name, value in members.items()}


def _tuple(value: object) -> object:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
