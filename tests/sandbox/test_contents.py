from pathlib import Path

from sendx_cli.sandbox.account import account_of
from sendx_cli.sandbox.beginning import begin_with
from sendx_cli.sandbox.contents import contacts, reset
from sendx_cli.sandbox.ids import TEAM_ID, public_id
from tests.sandbox.doors import in_the_process

LIST = "list_OcuxJHdiAvujmwQVJfd3ss"


def fill(path: Path) -> None:
    begin_with(path, account_of({"lists": [{"name": "Newsletter", "id": LIST}]}))
    with in_the_process(path) as client:
        client.post("/contact/identify", json={"email": "Ann@B.co", "lists": [LIST]})
        client.post("/contact/identify", json={"email": "bob@b.co", "birthday": "1990-01-31"})


def test_contacts_have_the_apis_member_names(tmp_path: Path) -> None:
    """As identify answers them, and their lists; in the order of creation."""
    path = tmp_path / "sandbox.sqlite3"
    fill(path)
    empty = {"firstName": "", "lastName": "", "company": "", "tags": [], "customFields": {}}
    assert contacts(path) == [
        {
            **empty,
            "encryptedTeamId": TEAM_ID,
            "encryptedId": public_id("contact", 1),
            "email": "Ann@B.co",
            "birthday": "",
            "lists": [LIST],
        },
        {
            **empty,
            "encryptedTeamId": TEAM_ID,
            "encryptedId": public_id("contact", 2),
            "email": "bob@b.co",
            "birthday": "1990-01-31",
            "lists": [],
        },
    ]


def test_one_contact_is_found_without_regard_to_case(tmp_path: Path) -> None:
    """An address that nobody has finds nobody."""
    path = tmp_path / "sandbox.sqlite3"
    fill(path)
    assert [contact["email"] for contact in contacts(path, "ANN@b.co")] == ["Ann@B.co"]
    assert contacts(path, "nobody@b.co") == []


def test_looking_makes_no_file(tmp_path: Path) -> None:
    """A sandbox that was never used is empty."""
    path = tmp_path / "new" / "sandbox.sqlite3"
    assert contacts(path) == []
    reset(path)
    assert not path.parent.exists()


def test_reset_forgets_everything(tmp_path: Path) -> None:
    """Even ids begin anew, and a connection that is open continues with the empty sandbox."""
    path = tmp_path / "sandbox.sqlite3"
    fill(path)
    with in_the_process(path) as client:
        reset(path)
        assert client.get("/tag").json() == []
        client.post("/contact/identify", json={"email": "cy@b.co"})
    (contact,) = contacts(path)
    assert (contact["email"], contact["encryptedId"]) == ("cy@b.co", public_id("contact", 1))


def test_reset_takes_away_what_is_no_sandbox(tmp_path: Path) -> None:
    """A damaged file does not stay in the way."""
    path = tmp_path / "sandbox.sqlite3"
    path.write_text("not a database, but long enough to be taken for a damaged one" * 20)
    reset(path)
    assert list(tmp_path.glob("sandbox*")) == []
    fill(path)
    assert len(contacts(path)) == 2
