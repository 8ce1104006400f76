from sendx_cli.sandbox.rules import Identify, Record, Track, identified, tracked
from sendx_cli.sandbox.team import FieldType


def test_identify_of_nobody_creates_a_contact() -> None:
    """It holds what was named, and the address it was created under."""
    wanted = Identify(
        email="a@b.co", new_email="c@d.eu", texts={"company": "Acme"}, tags=("x", "x")
    )
    expected = Record(email="a@b.co", texts={"company": "Acme"}, tags=("x",))
    assert identified(None, wanted, {}) == expected


def test_identify_adds_and_replaces() -> None:
    """Lists and tags are added, single values replaced, fields counted."""
    before = Record(
        email="a@b.co",
        texts={"firstName": "Ann", "company": "Acme"},
        fields={"n": "1", "plan": "Gold"},
        tags=("x",),
        lists=("one",),
    )
    wanted = Identify(
        email="A@b.co",
        texts={"company": "Other"},
        fields={"n": "--2.5"},
        tags=("y",),
        lists=("two", "one"),
    )
    types = {"n": FieldType.NUMBER}
    assert identified(before, wanted, types) == Record(
        email="a@b.co",
        texts={"firstName": "Ann", "company": "Other"},
        fields={"n": "-1.5", "plan": "Gold"},
        tags=("x", "y"),
        lists=("one", "two"),
    )


def test_a_tag_on_both_sides_of_a_track_is_taken_off() -> None:
    """Adding comes first."""
    before = Record(email="a@b.co", tags=("x",))
    wanted = Track(email="a@b.co", add_tags=("y", "z"), remove_tags=("z", "x"))
    assert tracked(before, wanted) == Record(email="a@b.co", tags=("y",))
