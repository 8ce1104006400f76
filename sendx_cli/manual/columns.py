"""The topic `columns`."""

from collections.abc import Iterator, Sequence

from sendx_cli.core.mapping.presets import PRESETS
from sendx_cli.core.mapping.spellings import SPELLINGS, Target
from sendx_cli.core.mapping.suggestions import IN_TRACK
from sendx_cli.manual.blocks import Block, Lines, Paragraph, Rows

_MEANINGS = {
    Target.EMAIL: "The contact's address; every file needs one.",
    Target.NEW_EMAIL: "The address that the contact gets instead.",
    Target.FIRST_NAME: "The first name.",
    Target.LAST_NAME: "The last name.",
    Target.FULL_NAME: "First and last name in one cell, split at its last space; only by --map.",
    Target.COMPANY: "The company.",
    Target.BIRTHDAY: "The birthday; see --date-order.",
    Target.TAGS: "Tags to add; see --tag-separator.",
    Target.LISTS: "Lists to put the contact on, by name or id.",
    Target.ADD_TAGS: "Tags to add.",
    Target.REMOVE_TAGS: "Tags to remove; only for track.",
    Target.FIELD: "The custom field NAME.",
    Target.FIELDS: "An object of custom fields, in JSON Lines; not for --map.",
    Target.OPT_OUT: "Says who unsubscribed or never agreed; those rows are held back.",
    Target.NAMELESS: "A column without a name; left out while its cells are empty; not for --map.",
    Target.IGNORED: "Not sent, as by --ignore.",
}


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    may_track = IN_TRACK - {Target.NAMELESS} | {Target.TAGS}
    of_track = [target for target in Target if target in may_track]
    return (
        Paragraph(
            "The header says what each column is for. Capitals, blanks, hyphens and underscores do "
            "not matter: E-Mail Address is email address. A column that nothing explains stops the "
            "run before anything is sent: name its target with --map, leave it out with --ignore, "
            "or make custom fields of all that are left with --custom-fields."
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
            "of the file, where two have one name."
        ),
        Rows("Names that are known", [*_spellings()]),
        Paragraph(
            "Columns of these exports are known, too: "
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
