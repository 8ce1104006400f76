"""The account file: what it may say, and what is refused where."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sendx_cli.errors import FileRefused, InvalidValue, SetupError
from sendx_cli.sandbox.account import Account, GivenField, GivenList, account_of, read_account
from sendx_cli.sandbox.beginning import begin_with
from sendx_cli.sandbox.contents import contacts, reset
from sendx_cli.sandbox.team import FieldType
from tests.sandbox.doors import in_the_process

LIST = "list_OcuxJHdiAvujmwQVJfd3ss"
ADDRESS = "must be an email address"
ANN = {"email": "ann@example.com"}


def refusal(value: object) -> tuple[str, str | None, str | None]:
    with pytest.raises(InvalidValue) as refused:
        account_of(value)
    return refused.value.where or "", refused.value.message, refused.value.hint


def test_all_may_be_left_out() -> None:
    """An empty object is a team of nothing."""
    assert account_of({}) == Account()


def test_a_field_is_text_and_a_list_single_opt_in_where_nothing_is_said() -> None:
    """And a list has no id of its own yet."""
    account = account_of({"fields": [{"name": "Plan"}], "lists": [{"name": "News"}]})
    assert account.fields == (GivenField("Plan", FieldType.TEXT, ""),)
    assert account.lists == (GivenList("News", is_double_opt_in=False, id=None),)


@pytest.mark.parametrize(
    ("account", "where", "message"),
    [
        ([], "", "must be an object"),
        ({"tag": []}, "tag", "unknown member"),
        ({"tags": "vip"}, "tags", "must be an array"),
        ({"tags": ["vip", 5]}, "tags[1]", "must be a name"),
        ({"tags": [" "]}, "tags[0]", "must be a name"),
        ({"tags": ["vip", "vip"]}, "tags[1]", "vip appears twice"),
        ({"members": ["jane"]}, "members[0]", ADDRESS),
        ({"members": [{"fullName": "Jane"}]}, "members[0].email", ADDRESS),
        ({"members": [5]}, "members[0]", "must be an object"),
        ({"fields": [{}]}, "fields[0].name", "must be a name"),
        ({"fields": [{"name": "a", "type": "int"}]}, "fields[0].type", "not a type of field: int"),
        ({"fields": [{"name": "a"}, {"name": "a"}]}, "fields[1]", "a appears twice"),
        ({"lists": ["News"]}, "lists[0]", "must be an object"),
        (
            {"lists": [{"name": "a", "double_opt_in": "yes"}]},
            "lists[0].double_opt_in",
            "must be true or false",
        ),
        (
            {"lists": [{"name": "a", "id": "list_short"}]},
            "lists[0].id",
            "must be list_ and 22 letters or digits",
        ),
        (
            {"lists": [{"name": "a", "id": LIST}, {"name": "b", "id": LIST}]},
            "lists[1].id",
            f"{LIST} appears twice",
        ),
        ({"contacts": [{}]}, "contacts[0].email", ADDRESS),
        ({"contacts": [{"email": "ann@"}]}, "contacts[0].email", ADDRESS),
        (
            {"contacts": [ANN, {"email": "ANN@Example.com"}]},
            "contacts[1]",
            "ann@example.com appears twice",
        ),
        ({"contacts": [{**ANN, "name": "Ann"}]}, "contacts[0].name", "unknown member"),
        (
            {"contacts": [{**ANN, "firstName": "x" * 256}]},
            "contacts[0].firstName",
            "must be text of at most 255 characters",
        ),
        (
            {"contacts": [{**ANN, "birthday": "31.01.1990"}]},
            "contacts[0].birthday",
            "must be a date (YYYY-MM-DD)",
        ),
        ({"contacts": [{**ANN, "spam": 1}]}, "contacts[0].spam", "must be true or false"),
        ({"contacts": [{**ANN, "lists": ["News"]}]}, "contacts[0].lists[0]", "no such list: News"),
        (
            {"contacts": [{**ANN, "customFields": ["x"]}]},
            "contacts[0].customFields",
            "must be an object",
        ),
        (
            {"contacts": [{**ANN, "customFields": {"Points": 5}}]},
            "contacts[0].customFields.Points",
            "must be text, whatever the field's type",
        ),
        (
            {
                "fields": [{"name": "Points", "type": "number"}],
                "contacts": [{**ANN, "customFields": {"Points": "many"}}],
            },
            "contacts[0].customFields.Points",
            "must be a number",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    account: object, where: str, message: str
) -> None:
    """The first mistake is told."""
    assert refusal(account)[:2] == (where, message)


def test_hints_say_what_can_be_written() -> None:
    """Known members, types, and where lists are named."""
    hints = [
        refusal({"lists": [{"title": "News"}]})[2],
        refusal({"fields": [{"name": "a", "type": "int"}]})[2],
        refusal({"contacts": [{**ANN, "lists": ["News"]}]})[2],
    ]
    assert hints == [
        "known here: name, double_opt_in, id",
        "write text, number, date, boolean or phone",
        "name each list of the team under lists",
    ]


@pytest.mark.parametrize(
    ("content", "where", "message"),
    [
        (b'{"tags":\n  [,]}', ":2:4", "the account file is not JSON: expecting value"),
        (b"\xff{}", "", "the account file is not UTF-8"),
        (rb'{"tags": ["\ud800"]}', "", "the account file contains half a character"),
        (
            b'{"tags": [' + b"9" * 5000 + b"]}",
            "",
            "the account file contains a number that is too long",
        ),
        (b"[" * 200_000, "", "the account file is nested too deep"),
        (b'{"tags": [5]}', ": tags[0]", "must be a name"),
        (b"[]", "", "must be an object"),
    ],
)
def test_a_file_that_is_refused_is_named(
    tmp_path: Path, content: bytes, where: str, message: str
) -> None:
    """With the line and column of what is no JSON, else the place within."""
    path = tmp_path / "account.json"
    path.write_bytes(content)
    with pytest.raises((FileRefused, InvalidValue)) as refused:
        read_account(path)
    assert (refused.value.where, refused.value.message) == (f"{path}{where}", message)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the system's reason."""
    with pytest.raises(FileRefused, match="cannot be read: no such file or directory"):
        read_account(tmp_path / "none.json")


def test_a_mark_at_the_files_beginning_is_no_mistake(tmp_path: Path) -> None:
    """Windows' editors write one."""
    path = tmp_path / "account.json"
    path.write_text('{"tags": ["Grün"]}', "utf-8-sig")
    assert read_account(path).tags == ("Grün",)


def begun(path: Path, account: object) -> None:
    begin_with(path, account_of(account))


def test_what_only_contacts_name_is_created(tmp_path: Path) -> None:
    """Tags, and fields as text; a list keeps the id that it was given."""
    path = tmp_path / "sandbox.sqlite3"
    contact = {**ANN, "tags": ["vip"], "customFields": {"Plan": "Gold"}, "lists": ["News"]}
    begun(path, {"lists": [{"name": "News", "id": LIST}], "contacts": [contact]})
    with in_the_process(path) as client:
        tags, fields = client.get("/tag").json(), client.get("/customfield").json()
    assert [tag["name"] for tag in tags] == ["vip"]
    assert [(field["name"], field["type"]) for field in fields] == [("Plan", 0)]
    (ann,) = contacts(path)
    assert (ann["lists"], ann["customFields"]) == ([LIST], {"Plan": "Gold"})


@pytest.mark.parametrize(
    "held",
    [
        {"contacts": [ANN]},
        {"tags": ["vip"]},
        {"fields": [{"name": "Plan"}]},
        {"lists": [{"name": "News"}]},
        {"members": ["jane@example.com"]},
    ],
)
def test_a_sandbox_that_holds_anything_is_left_alone(tmp_path: Path, held: object) -> None:
    """Nothing is lost unasked; after a reset the team can begin."""
    path = tmp_path / "sandbox.sqlite3"
    begun(path, held)
    team: Any = {"contacts": [{"email": "bob@example.com"}]}
    with pytest.raises(InvalidValue) as refused:
        begun(path, team)
    assert (refused.value.message, refused.value.where, refused.value.hint) == (
        "the sandbox is not empty: --account needs an empty one",
        str(path),
        "`sendx sandbox reset` empties it; without --account it is used as it is",
    )
    assert all(contact["email"] == "ann@example.com" for contact in contacts(path))
    reset(path)
    begun(path, team)
    assert [contact["email"] for contact in contacts(path)] == ["bob@example.com"]


def test_a_file_that_is_no_sandbox_takes_no_team(tmp_path: Path) -> None:
    """It is told, and left as it is."""
    path = tmp_path / "sandbox.sqlite3"
    path.write_text("not a database, but long enough to be taken for a damaged one" * 20)
    with pytest.raises(SetupError, match="the sandbox's file cannot be used"):
        begun(path, {"contacts": [ANN]})


def test_the_readmes_example_can_be_read() -> None:
    """Readers can copy it as it stands."""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", readme, re.DOTALL)
    account = account_of(json.loads(example))
    assert [contact.flags for contact in account.contacts] == [("unsubscribed",)]


def test_the_docstrings_example_can_be_read() -> None:
    """What is documented is what is taken."""
    from sendx_cli.sandbox import account

    text = account.__doc__ or ""
    example = text[text.index("{") : text.rindex("}\n") + 1]
    assert [contact.email for contact in account_of(json.loads(example)).contacts] == [
        "ann@example.com"
    ]
