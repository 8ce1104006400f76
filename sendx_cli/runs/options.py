"""The options of a run: those kept in its journal for every resume, and those of one process."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sendx_cli.core.contact.members import ContactValues
from sendx_cli.core.contact.shards import WHOLE, Shard
from sendx_cli.core.mapping.columns import ColumnOptions
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.core.pacing.outage import MAX_OUTAGE_S
from sendx_cli.errors import InputError
from sendx_cli.files.layout import FileFormat, HiddenRows, Overrides
from sendx_cli.output.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """The options of a run that are kept in its journal and hold for every resume.

    Args:
        action: `identify`, `track` or `undo`.
        path: The file as it was given, or `-`.
        defaults: Values given as options, for every row.
        overrides: Options about the file's layout.
        columns: Options about its columns.
        skip_invalid: Whether to send the other rows of a file that has bad ones.
        batch: Contacts in one call of the bulk endpoint; 1: single calls.
        service: Options about the service, such as `base_url`, as they were typed.
        uses_account: Whether its plan is compared with the account.
        existing_only: Whether a row that would create a tag or a custom field is a bad row.
        only_changed: Whether to leave out the rows of contacts that they would not change.
        keeps_snapshot: Whether to record how its contacts were before the first write.
        undoes: The run that it takes back; empty for the run of a file.
        shard: The shard of the file that it sends.
    """

    action: str
    path: str
    defaults: ContactValues = field(default_factory=ContactValues)
    overrides: Overrides = field(default_factory=Overrides)
    columns: ColumnOptions = field(default_factory=ColumnOptions)
    skip_invalid: bool = False
    batch: int = 1
    service: Mapping[str, str] = field(default_factory=dict)
    uses_account: bool = True
    existing_only: bool = False
    only_changed: bool = False
    keeps_snapshot: bool = False
    undoes: str = ""
    shard: Shard = WHOLE

    def to_text(self) -> str:
        """Return it as JSON."""
        members = asdict(self) | {"defaults": self.defaults._asdict()}
        return json.dumps(members, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "RunSpec":
        """Parse what `to_text` returned.

        Raises:
            InputError: It is not the options of a run.
        """
        try:
            members = json.loads(text)
            columns, overrides = members["columns"], members["overrides"]
            order, layout_format = columns["date_order"], overrides["format"]
            hidden_rows = overrides.get("hidden_rows")
            return cls(
                **members
                | {
                    "defaults": ContactValues(**_tuples(members["defaults"])),
                    "shard": Shard(*members.get("shard", WHOLE)),
                    "columns": ColumnOptions(
                        **_tuples(columns) | {"date_order": order and DateOrder(order)}
                    ),
                    "overrides": Overrides(
                        **_tuples(overrides)
                        | {
                            "format": layout_format and FileFormat(layout_format),
                            "hidden_rows": hidden_rows and HiddenRows(hidden_rows),
                        }
                    ),
                }
            )
        except (ValueError, TypeError, KeyError):
            raise InputError(
                "the run's options cannot be read: it was made by another version of sendx",
                hint="`sendx runs forget` lets you send the file again",
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMode:
    """The options of one process that sends a run; they do not change any payload.

    Args:
        is_sandbox: Whether the sandbox stands in for the service.
        is_dry: Whether to show the plan only.
        is_confirmed: Whether to go ahead without a confirmation.
        retry_unknown: Whether to retry rows that may have arrived and are not idempotent.
        keeps_going: Whether to continue after a thousand rejections in a row for one reason.
        max_outage_s: How long nothing may succeed before the run gives up for now.
        keep_journal_s: For how long a stream's journal keeps what is decided; None: for ever.
        report: Where to write each row's result as well.
        save_map: Where to save the mapping.
        map_file: Where the mapping came from.
        code_quality: Where to write the rows that need a look, for GitLab.
        show: Which rows have their results shown; None: as it suits standard output.
        has_new_key: Whether the account's key was replaced since the run began.
        has_answered: Whether somebody answered what columns are for: whatever is sent is then
            confirmed, too, as a key is pressed easily.
    """

    is_sandbox: bool = False
    is_dry: bool = False
    is_confirmed: bool = False
    retry_unknown: bool = False
    keeps_going: bool = False
    max_outage_s: float = MAX_OUTAGE_S
    keep_journal_s: float | None = None
    report: Path | None = None
    save_map: Path | None = None
    map_file: Path | None = None
    code_quality: Path | None = None
    show: Shown | None = None
    has_new_key: bool = False
    has_answered: bool = False


def _tuples(members: Mapping[str, object]) -> dict[str, Any]:
    """Return the members with tuples where JSON has arrays."""
    return {name: _tuple(value) for name, value in members.items()}


def _tuple(value: object) -> object:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
