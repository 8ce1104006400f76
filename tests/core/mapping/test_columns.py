import pytest

from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.column_overrides import parse_target
from sendx_cli.core.mapping.columns import ColumnOptions, explain
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.core.mapping.map_files import SavedMap, dump_map, load_map
from sendx_cli.core.mapping.opt_outs import OptOutRule
from sendx_cli.core.mapping.spellings import KNOWN, Target, column_key
from sendx_cli.errors import InvalidValue


@pytest.mark.parametrize(
    ("names", "target"),
    [
        (
            (
                "email|E-mail|Email Address|email_address|E-Mail Address|mail|E-mail 1 - Value"
                "|Primary Email|user_email|E-Mail-Adresse|Adresse e-mail"
                "|Courriel|Correo electr\u00f3nico"
            ),
            Target.EMAIL,
        ),
        (
            "first name|firstName|first_name|FNAME|Given Name|Vorname|Pre\u0301nom|Nombre",
            Target.FIRST_NAME,
        ),
        (
            "last name|LASTNAME|last_name|lname|Surname|Family Name|Nachname|nom|apellido",
            Target.LAST_NAME,
        ),
        (
            (
                "company|Company Name|organization|organization name|organisation|account name"
                "|associated company|default address company|Firma|Entreprise|Empresa"
            ),
            Target.COMPANY,
        ),
        (
            (
                "birthday|birthdate|birth date|Date of Birth|DOB|Geburtstag|Geburtsdatum"
                "|Date de naissance|Fecha de nacimiento"
            ),
            Target.BIRTHDAY,
        ),
        ("tags|tag|Labels", Target.TAGS),
        ("new email|newEmail|new_email", Target.NEW_EMAIL),
        ("add_tags|addTags", Target.ADD_TAGS),
        ("remove_tags|removeTags", Target.REMOVE_TAGS),
    ],
)
def test_knows_the_usual_spellings(names: str, target: Target) -> None:
    """Case, blanks, hyphens, underscores and composed letters make no difference."""
    assert {KNOWN.get(column_key(name)) for name in names.split("|")} == {target}


def test_explains_each_column_and_says_why() -> None:
    """Nothing is taken for something without a reason that can be shown."""
    mapping = explain(
        ["Email", "Plan", "Status", "Notes", "", "_sendx_error", "add_tags"],
        ColumnOptions(maps=("Plan=field:Plan A",), ignores=("notes",)),
    )
    assert mapping.columns == (
        Column(1, "Email", Target.EMAIL, "by its name"),
        Column(2, "Plan", Target.FIELD, "--map", "Plan A"),
        Column(3, "Status", Target.OPT_OUT, "says who opted out", opt_out=OptOutRule.STATUS),
        Column(4, "Notes", Target.IGNORED, "--ignore"),
        Column(5, "", Target.NAMELESS, "it has no name"),
        Column(6, "_sendx_error", Target.IGNORED, "added by sendx to failed rows"),
        Column(7, "add_tags", Target.TAGS, "by its name"),
    )


def test_holds_back_who_left_even_where_the_column_is_mapped() -> None:
    """Only --include-unsubscribed lifts it."""
    options = ColumnOptions(maps=("Status=field:Status",))
    column = explain(["email", "Status"], options).columns[1]
    assert (column.target_text, column.opt_out) == ("field:Status", OptOutRule.STATUS)
    included = explain(["email", "Status"], ColumnOptions(include_unsubscribed=True)).columns[1]
    assert included == Column(2, "Status", Target.IGNORED, "--include-unsubscribed")


def test_makes_custom_fields_of_what_is_left_only_when_asked() -> None:
    """--custom-fields takes what nothing else explains, by its own name."""
    mapping = explain(["email", " Plan "], ColumnOptions(custom_fields=True))
    assert mapping.columns[1] == Column(2, " Plan ", Target.FIELD, "--custom-fields", "Plan")


@pytest.mark.parametrize(
    ("header", "options", "message", "hint"),
    [
        (
            ["emial"],
            ColumnOptions(custom_fields=True),
            'no column contains the address; the columns are "emial"',
            "use --map 'emial=email'",
        ),
        (
            ["email", "e-mail"],
            ColumnOptions(),
            'columns 1 "email" and 2 "e-mail" are both for email',
            "use --ignore '#2'",
        ),
        (
            ["email", "first name", "whole"],
            ColumnOptions(maps=("whole=full_name",)),
            'columns 2 "first name" and 3 "whole" are both for full_name',
            "use --ignore '#3'",
        ),
        (
            ["email", "remove_tags"],
            ColumnOptions(),
            'column "remove_tags": only `sendx track` removes tags',
            "use --ignore 'remove_tags'",
        ),
        (
            ["email", "Plan"],
            ColumnOptions(action="track", custom_fields=True),
            'column "Plan": not used by track: field:Plan',
            "use --ignore 'Plan'",
        ),
        (
            ["email", "tags"],
            ColumnOptions(action="track", maps=("email=first_name",)),
            (
                'column "email": not used by track: first_name; '
                'no column contains the address; the columns are "email", "tags"'
            ),
            "use --ignore 'email'; use --map 'email=email'",
        ),
        (
            ["email"],
            ColumnOptions(maps=("Plna=field:Plan",)),
            'no column "Plna"',
            "the columns are: email",
        ),
        (
            ["e-post"],
            ColumnOptions(maps=("email=e-post",)),
            'no column "email"',
            "the column comes first: --map 'e-post=email'",
        ),
        (
            ["email"],
            ColumnOptions(maps=("email=firstname",)),
            "no such target: firstname",
            "did you mean first_name?",
        ),
        (
            ["email"],
            ColumnOptions(maps=("email",)),
            "--map is not of the form COLUMN=TARGET: email",
            None,
        ),
        (
            ["email", "a", "a"],
            ColumnOptions(ignores=("a",)),
            'column "a" appears 2 times',
            "use its position: '#2' or '#3'",
        ),
        (
            ["email", "a"],
            ColumnOptions(maps=("a=tags",), ignores=("#2",)),
            'column "#2" is given twice in --map and --ignore',
            None,
        ),
        (
            ["email", "customFields"],
            ColumnOptions(),
            'unknown column "customFields"',
            (
                "use one option for it, or --custom-fields for all; "
                "`sendx help columns` shows all targets"
            ),
        ),
    ],
)
def test_stops_at_what_cannot_be(
    header: list[str], options: ColumnOptions, message: str, hint: str | None
) -> None:
    """All that is wrong is said at once, with what to type."""
    with pytest.raises(InvalidValue) as refused:
        explain(header, options)
    assert refused.value.message == message
    assert refused.value.hint == hint


def test_keeps_a_mapping_in_a_file() -> None:
    """A saved mapping explains the same header again; what a track has no place for is left out."""
    header = ["Email", "Plan", "x", "x", "Status", "Kind"]
    options = ColumnOptions(
        maps=("Plan=field:Plan", "#3=tags", "#4=ignore", "Kind=first_name"),
        tag_separator="/",
        date_order=DateOrder.DMY,
    )
    mapping = explain(header, options)
    saved = load_map(dump_map(mapping))
    assert saved == SavedMap(
        (
            ("Email", "email"),
            ("Plan", "field:Plan"),
            ("#3", "tags"),
            ("#4", "ignore"),
            ("Kind", "first_name"),
        ),
        DateOrder.DMY,
        "/",
        ("Plan", "#3", "#4", "Kind"),
    )
    again = explain(header, ColumnOptions(file_maps=saved.columns))
    assert [c.target_text for c in again.columns] == [c.target_text for c in mapping.columns]
    track = explain(
        ["Email", "Kind"],
        ColumnOptions(action="track", file_maps=(saved.columns[0], saved.columns[4])),
    )
    assert track.columns[1] == Column(2, "Kind", Target.IGNORED, "not used by track: first_name")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("= 1", "not a map file: Invalid statement (at line 1, column 1)"),
        ("x = 1\n[columns]", "no such setting in a map file: x"),
        ('date_order = "ydm"\n[columns]', "no such date_order: ydm"),
        ("[columns]\na = 1", 'the target of column "a" is not a string'),
        ("[columns]\na = 'nmae'", "no such target: nmae"),
        ("tag_separator = ''\n[columns]", "tag_separator is not a string"),
        ("", "a map file has no [columns]"),
    ],
)
def test_refuses_a_map_file_that_says_what_cannot_be(text: str, message: str) -> None:
    """A map file is checked before it is used."""
    with pytest.raises(InvalidValue) as refused:
        load_map(text)
    assert refused.value.message == message


def test_of_many_columns_that_nothing_explains_the_first_are_named() -> None:
    """And the others counted."""
    names = [f"K{n}" for n in range(7)]
    for count, more in ((5, ""), (6, " and 1 more"), (7, " and 2 more")):
        with pytest.raises(InvalidValue) as refused:
            explain(["email", *names[:count]], ColumnOptions())
        named = ", ".join(f'"{name}"' for name in names[:5])
        assert refused.value.message == f"unknown columns {named}{more}"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("email", (Target.EMAIL, None)),
        ("field: Plan A ", (Target.FIELD, "Plan A")),
        ("field:a:b", (Target.FIELD, "a:b")),
    ],
)
def test_a_target_is_a_word_or_a_field_by_its_name(
    text: str, target: tuple[Target, str | None]
) -> None:
    """The name is all that stands behind the colon."""
    assert parse_target(text) == target


@pytest.mark.parametrize("text", ["field:", "field: ", "email:x", "field", "nothing", "plan:x"])
def test_no_other_target_is_taken(text: str) -> None:
    """A slip of one must not become a custom field that nobody asked for."""
    with pytest.raises(InvalidValue) as refused:
        parse_target(text)
    assert refused.value.message == f"no such target: {text}"


def test_the_nearest_target_is_named() -> None:
    """Else all there are."""
    hints = {}
    for text in ("emial", "tgas", "remove_tag", "zzzzzz"):
        with pytest.raises(InvalidValue) as refused:
            parse_target(text)
        hints[text] = refused.value.hint or ""
    assert hints["emial"] == "did you mean email?"
    assert hints["tgas"] == "did you mean tags?"
    assert hints["remove_tag"] == "did you mean remove_tags?"
    assert hints["zzzzzz"].startswith("one of ")
    assert hints["zzzzzz"].endswith(", field:NAME")


def test_a_column_may_be_mapped_to_what_another_is_called() -> None:
    """That one is ignored, or is none of the target's: the words are in the right order."""
    options = ColumnOptions(maps=("Firm=company",), ignores=("company",))
    mapping = explain(["email", "company", "Firm"], options)
    targets = [column.target for column in mapping.columns]
    assert targets == [Target.EMAIL, Target.IGNORED, Target.COMPANY]
    with pytest.raises(InvalidValue) as refused:
        explain(["email", "Firm"], ColumnOptions(maps=("company=Firm",)))
    assert refused.value.hint == "the column comes first: --map 'Firm=company'"


@pytest.mark.parametrize("value", ['"notes"', "[1]", '["a", 2]'])
def test_a_saved_mapping_names_words_in_an_array_of_texts(value: str) -> None:
    """A single text would be taken for its letters."""
    with pytest.raises(InvalidValue, match="is not an array of strings"):
        load_map(f'opt_out_values = {value}\n[columns]\nMail = "email"\n')
