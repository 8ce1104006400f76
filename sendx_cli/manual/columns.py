"""The topic `columns`."""

from collections.abc import Iterator, Sequence

from sendx_cli.core.mapping.presets import PRESETS
from sendx_cli.core.mapping.spellings import SPELLINGS, Target
from sendx_cli.core.mapping.suggestions import IN_TRACK
from sendx_cli.manual.blocks import Block, Lines, Paragraph, Rows

_MEANINGS = {
    Target.EMAIL: "The contact's address; every file needs one.",
    Target.NEW_EMAIL: "The contact's new address.",
    Target.FIRST_NAME: "The first name.",
    Target.LAST_NAME: "The last name.",
    Target.FULL_NAME: "First and last name in one cell, split at its last space; only with --map.",
    Target.COMPANY: "The company.",
    Target.BIRTHDAY: "The birthday; see --date-order.",
    Target.TAGS: "Tags to add; see --tag-separator.",
    Target.LISTS: "Lists to add the contact to, by name or id.",
    Target.ADD_TAGS: "Tags to add.",
    Target.REMOVE_TAGS: "Tags to remove; only for track.",
    Target.FIELD: "The custom field NAME.",
    Target.FIELDS: "An object of custom fields, in JSON Lines; not for --map.",
    Target.OPT_OUT: "Says who unsubscribed or never agreed; those rows are held back.",
    Target.NAMELESS: "A column without a name; ignored while its cells are empty; not for --map.",
    Target.IGNORED: "Not sent, as by --ignore.",
}


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    may_track = IN_TRACK - {Target.NAMELESS} | {Target.TAGS}
    of_track = [target for target in Target if target in may_track]
    return (
        Paragraph(
            "The header says what each column is for. Upper and lower case, blanks, hyphens and "
            "underscores make no difference: E-Mail Address is email address. An unknown column "
            "stops the run before anything is sent: set its target with --map, ignore it with "
            "--ignore, or send all unknown columns as custom fields with --custom-fields."
        ),
        Paragraph(
            "On a terminal such columns are asked about one by one, also by --dry-run: a key "
            "chooses a target, a custom field or to ignore the column, Enter takes the likeliest, "
            "q sends nothing. The answers are shown as the options that say the same, and "
            "--save-map keeps them. A run that asked is always confirmed before it sends. "
            "Elsewhere, with --yes or --no-input, and where CI is set, each column is listed with "
            "the options to add."
        ),
        Rows("Targets (--map COLUMN=TARGET)", [*map(_row, Target)]),
        Paragraph(
            f"track takes {', '.join(of_track[:-1])} and {of_track[-1]}. '#3' is the third column "
            "of the file, for columns that have the same name."
        ),
        Rows("Known names", [*_spellings()]),
        Paragraph(
            "Columns of these exports are also known: "
            f"{', '.join(sorted(preset.name for preset in PRESETS))}."
        ),
        Lines(
            "Examples",
            (
                "sendx identify --from people.csv --map 'Plan=field:Plan' --ignore Notes",
                "sendx identify --from people.csv --custom-fields --save-map people.toml",
                "sendx identify --from next.csv --map-file people.toml",
            ),
        ),
    )


def _row(target: Target) -> tuple[str, str]:
    return "field:NAME" if target is Target.FIELD else str(target), _MEANINGS[target]


def _spellings() -> Iterator[tuple[str, str]]:
    for target, spellings in SPELLINGS.items():
        yield str(target), spellings
