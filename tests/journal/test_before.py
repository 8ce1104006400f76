from pathlib import Path

from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.contact.contact import Identify
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.rows import Row
from tests.journal.journals import begin, decided, people

ANN = ServiceContact(
    "contact_1",
    "ann@b.co",
    first_name="Ann",
    fields={"plan": "free"},
    tags=("old",),
    opt_outs=("bounced",),
    unclear=("lists",),
)


def test_a_contact_comes_back_as_it_was_recorded(tmp_path: Path) -> None:
    """All its members, also a text that is half a character; and that there was none."""
    odd = ANN._replace(company="half \ud800", email="odd@b.co")
    with begin(tmp_path, people(1)) as journal:
        assert not journal.before
        journal.before.add([("ann@b.co", ANN), ("odd@b.co", odd), ("none@b.co", None)])
        assert journal.before
        assert journal.before.find("ann@b.co") == (True, ANN)
        assert journal.before.find("none@b.co") == (True, None)
        assert journal.before.find("other@b.co") == (False, None)
        assert dict(journal.before) == {"ann@b.co": ANN, "odd@b.co": odd, "none@b.co": None}


def test_what_is_recorded_stays(tmp_path: Path) -> None:
    """The run may have changed the contact since."""
    with begin(tmp_path, people(1)) as journal:
        journal.before.add([("ann@b.co", ANN)])
        journal.before.add([("ann@b.co", ANN._replace(first_name="Anna"))])
        assert journal.before.find("ann@b.co") == (True, ANN)
        journal.before.clear()
        assert not journal.before


def test_contacts_to_record_are_those_of_which_nothing_was_sent(tmp_path: Path) -> None:
    """By address and new address, each contact once; not those that are recorded already."""
    rows = [
        Identify(email="ann@b.co", new_email="anna@b.co"),
        Identify(email="BOB@b.co"),
        Identify(email="bob@b.co"),
        Identify(email="cid@b.co"),
        Identify(email="cid@b.co", first_name="Cid"),
        Identify(email="dan@b.co"),
    ]
    with begin(tmp_path, rows) as journal:
        assert journal.before.unrecorded() == [
            "ann@b.co",
            "anna@b.co",
            "BOB@b.co",
            "cid@b.co",
            "dan@b.co",
        ]
        journal.record([decided(Row(3, rows[3], 5), Outcome.ACCEPTED)])
        journal.before.add([("dan@b.co", None), ("anna@b.co", ANN)])
        assert journal.before.unrecorded() == ["ann@b.co", "BOB@b.co"]


def test_a_snapshot_of_many_contacts_comes_back_whole(tmp_path: Path) -> None:
    """Those that were there and those that were not, by turns, in the order of their keys."""
    many = {f"p{n:05}@b.co": None if n % 2 else ANN for n in range(5001)}
    with begin(tmp_path, people(1)) as journal:
        journal.before.add(many.items())
        assert list(journal.before) == list(many.items())
