"""Mapping a header's columns: what each is for, and why.

These apply in order: `--map` and `--ignore`, a map file, the export's preset, opt-out columns, the
usual spellings, and `--custom-fields` for the rest. A column that none of them maps stops the run,
because a custom field that was created by a typo cannot be deleted again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.column_overrides import (
    FROM_MAP_FILE,
    NAMED_IN_MAP_FILE,
    ColumnOverride,
    column_overrides,
)
from sendx_cli.core.mapping.column_problems import refuse_problems
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.core.mapping.opt_out_words import value_key
from sendx_cli.core.mapping.opt_outs import (
    OptedOutFile,
    OptOutRule,
    is_only_opt_out,
    opt_out_rule,
    opted_out_by_file_name,
)
from sendx_cli.core.mapping.own_results import LEFT_ASIDE, OwnResults, own_results
from sendx_cli.core.mapping.presets import NO_PRESET, Preset, find_preset
from sendx_cli.core.mapping.spellings import EDGES, KNOWN, RESULT_COLUMNS, Target, column_key
from sendx_cli.core.mapping.tag_cells import TagStyle
from sendx_cli.errors import InvalidValue

_FOR_TRACK = {
    Target.EMAIL: Target.EMAIL,
    Target.TAGS: Target.ADD_TAGS,
    Target.ADD_TAGS: Target.ADD_TAGS,
    Target.REMOVE_TAGS: Target.REMOVE_TAGS,
}
_TAGS = frozenset({Target.TAGS, Target.ADD_TAGS})
INCLUDED = "--include-unsubscribed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOptions:
    """The options about columns.

    Args:
        action: `identify` or `track`.
        maps: `--map`, as typed: `Column=target`.
        ignores: `--ignore`: a column's name, or `#3` for the third.
        file_maps: A map file's columns: (name, target).
        file_named: Those of them that the user named; the others were mapped automatically.
        opt_out_values: Words that mean an opt-out, beside the known ones.
        custom_fields: Whether each column that is not mapped becomes a custom field of its name.
        tag_separator: What separates the tags of a cell; None: detected.
        date_order: The order of dates; None: detected.
        include_unsubscribed: Whether to send opt-outs all the same.
        file_name: The file's own name, which can mark all of its rows as opt-outs.
        is_json: Whether a column can hold an object of custom fields.
        takes_unknown: Whether results of sendx whose outcome is unknown are to be sent.
    """

    action: str = "identify"
    maps: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    file_maps: tuple[tuple[str, str], ...] = ()
    file_named: tuple[str, ...] = ()
    opt_out_values: tuple[str, ...] = ()
    custom_fields: bool = False
    tag_separator: str | None = None
    date_order: DateOrder | None = None
    include_unsubscribed: bool = False
    file_name: str = ""
    is_json: bool = False
    takes_unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """How a file's columns become contacts, as shown in the plan.

    Args:
        action: `identify` or `track`.
        columns: All of them, in the file's order.
        preset: The export it was recognised as.
        tag_style: How cells hold several tags.
        date_order: The order of birthdays; None until it is known.
        opted_out_by_name: Set if the file's name marks all of its rows as opt-outs.
        opt_out_values: Words that mean an opt-out, beside the known ones.
        includes_opted_out: Whether to send opt-outs all the same.
        results: How its rows are told if it holds results of sendx; None: an ordinary file.
    """

    action: str
    columns: tuple[Column, ...]
    preset: Preset = NO_PRESET
    tag_style: TagStyle | str = TagStyle.USUAL
    date_order: DateOrder | None = None
    opted_out_by_name: OptedOutFile | None = None
    opt_out_values: tuple[str, ...] = ()
    includes_opted_out: bool = False
    results: OwnResults | None = None

    def column(self, target: Target) -> Column | None:
        """Return the first column with this target, if there is one."""
        return next((column for column in self.columns if column.target is target), None)

    def with_date_order(self, order: DateOrder) -> "ColumnMapping":
        """Return the same mapping with the order of its birthdays."""
        return replace(self, date_order=order)


def map_columns(header: Sequence[str], options: ColumnOptions) -> tuple[Column, ...]:
    """Map the columns of `header` as far as they are explained; `explain` refuses the others.

    Raises:
        InvalidValue: An override is invalid.
    """
    return _all_mapped(header, options)[0]


def explain(header: Sequence[str], options: ColumnOptions) -> ColumnMapping:
    """Map every column of `header`.

    Raises:
        InvalidValue: A column is not mapped, two are mapped to the same value, none to the
            address, or an override is invalid.
    """
    columns, preset, results = _all_mapped(header, options)
    refuse_problems(columns, options.action)
    _refuse_useless_opt_out_values(columns, options)
    return ColumnMapping(
        action=options.action,
        columns=columns,
        preset=preset,
        tag_style=options.tag_separator or preset.tag_style,
        date_order=options.date_order,
        opted_out_by_name=None
        if options.include_unsubscribed
        else opted_out_by_file_name(options.file_name),
        opt_out_values=options.opt_out_values,
        includes_opted_out=options.include_unsubscribed,
        results=results,
    )


def _all_mapped(
    header: Sequence[str], options: ColumnOptions
) -> tuple[tuple[Column, ...], Preset, OwnResults | None]:
    overrides = column_overrides(
        header, options.maps, options.ignores, options.file_maps, options.file_named
    )
    results = own_results(header, takes_unknown=options.takes_unknown)
    preset = NO_PRESET if results else find_preset({column_key(name) for name in header})
    mapped = (
        _mapped(position, name, preset, overrides, options)
        for position, name in enumerate(header, start=1)
    )
    columns = tuple(
        Column(column.position, column.name, Target.IGNORED, LEFT_ASIDE)
        if results and results.leaves_aside(column.name) and column.position not in overrides
        else _with_opt_out_rule(column, preset, options)
        for column in mapped
    )
    return columns, preset, results


def _mapped(
    position: int,
    name: str,
    preset: Preset,
    overrides: dict[int, ColumnOverride],
    options: ColumnOptions,
) -> Column:
    if position in overrides:
        return _overridden(position, name, overrides[position], options.action)
    if not name.strip(EDGES):
        return Column(position, name, Target.NAMELESS, "it has no name")
    target, why = _found(name, preset)
    if target is Target.FIELDS and not options.is_json:
        target = None
    if target is None and options.custom_fields:
        return Column(position, name, Target.FIELD, "--custom-fields", name.strip(EDGES))
    if target is not None:
        target, why = _for_action(options.action, target, why)
    return Column(position, name, target, why)


def _overridden(position: int, name: str, override: ColumnOverride, action: str) -> Column:
    target, why = override.target, override.why
    # A `--map` that does not fit is refused later; a map file may have been made for an identify.
    if why in {FROM_MAP_FILE, NAMED_IN_MAP_FILE} or target in _TAGS:
        target, why = _for_action(action, target, why)
    return Column(position, name, target, why, override.field if target is Target.FIELD else None)


def _found(name: str, preset: Preset) -> tuple[Target | None, str]:
    key = column_key(name)
    if key in RESULT_COLUMNS:
        return Target.IGNORED, "added by sendx to failed rows"
    if key in preset.targets:
        return preset.targets[key], f"{preset.name} export"
    if preset.ignores(key):
        return Target.IGNORED, f"{preset.name} export: has no counterpart in SendX"
    if is_only_opt_out(name) and key not in preset.is_not_opt_out:
        return Target.OPT_OUT, "says who opted out"
    if key in KNOWN:
        return KNOWN[key], "by its name"
    return None, ""


def _for_action(action: str, target: Target, why: str) -> tuple[Target, str]:
    if action != "track":
        return (Target.TAGS if target is Target.ADD_TAGS else target), why
    if target in {Target.IGNORED, Target.OPT_OUT}:
        return target, why
    if target not in _FOR_TRACK:
        return Target.IGNORED, f"not used by track: {target}"
    return _FOR_TRACK[target], why


def _with_opt_out_rule(column: Column, preset: Preset, options: ColumnOptions) -> Column:
    """Set how a column marks opt-outs: these are held back even if it is mapped or ignored."""
    rule = opt_out_rule(column.name)
    if column.target is Target.OPT_OUT:
        if column.is_named or column.why == FROM_MAP_FILE:
            rule = OptOutRule.NAMED if rule in {None, OptOutRule.STATUS} else rule
    elif column_key(column.name) in preset.is_not_opt_out:
        rule = None
    if rule is None:
        return column
    if not options.include_unsubscribed:
        return replace(column, opt_out=rule)
    if column.target is Target.OPT_OUT:
        return replace(column, target=Target.IGNORED, why=INCLUDED)
    return column


def _refuse_useless_opt_out_values(columns: Sequence[Column], options: ColumnOptions) -> None:
    for word in options.opt_out_values:
        if not value_key(word):
            raise InvalidValue(f"--opt-out-values has a word without letters: {word!r}")
    is_idle = not any(column.opt_out for column in columns)
    if options.opt_out_values and is_idle and not options.include_unsubscribed:
        raise InvalidValue(
            "--opt-out-values: no column says who opted out",
            hint="map the one that does: --map 'COLUMN=subscription'",
        )
