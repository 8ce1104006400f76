"""Which rows take a contact's rows back, what stays, and who is left alone."""

from collections.abc import Sequence

import pytest

from sendx_cli.core.account.courses import MAX_DOUBTFUL, SentRow, possible_courses
from sendx_cli.core.account.remarks import Irreversible, NotUndone
from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.account.undoing import History, Undoing, UndoRules, undo
from sendx_cli.core.contact.contact import Contact, Identify, Track

RULES = UndoRules()
ANN = ServiceContact("1", "a@b.co", first_name="Ann", tags=("old",))


def undone(
    rows: Sequence[Contact | SentRow],
    before: Sequence[ServiceContact],
    now: Sequence[ServiceContact],
    rules: UndoRules = RULES,
) -> Undoing:
    """Undo rows, accepted unless said otherwise; who had all their addresses is recorded."""
    sent = [row if isinstance(row, SentRow) else SentRow(row) for row in rows]
    keys = sorted({key for row in sent for key in row.contact.contact_keys})

    def found(contacts: Sequence[ServiceContact]) -> dict[str, ServiceContact | None]:
        by_key = {contact.email.lower(): contact for contact in contacts}
        return {key: by_key.get(key) for key in keys}

    return undo(History(sent, found(before), found(now)), rules)


def remarked(undoing: Undoing) -> list[tuple[Irreversible | NotUndone, str]]:
    """Return why something is not taken back, and of whom."""
    return [(remark.kind, remark.email) for remark in undoing.remarks]


def test_a_chain_of_addresses_goes_back_from_its_end() -> None:
    """Each address once it is free: c leaves a before b takes it again."""
    cid = ServiceContact("3", "c@b.co")
    rows = [
        Identify(email="a@b.co", new_email="b@b.co"),
        Identify(email="c@b.co", new_email="a@b.co"),
    ]
    now = [ANN._replace(email="b@b.co"), cid._replace(email="a@b.co")]
    assert undone(rows, [ANN, cid], now) == Undoing(
        [
            Identify(email="a@b.co", new_email="c@b.co"),
            Identify(email="b@b.co", new_email="a@b.co"),
        ],
        [],
    )


def test_addresses_that_were_swapped_stay_so() -> None:
    """None of them is ever free."""
    cid = ServiceContact("3", "c@b.co")
    rows = [
        Identify(email="a@b.co", new_email="t@b.co"),
        Identify(email="c@b.co", new_email="a@b.co"),
        Identify(email="t@b.co", new_email="c@b.co"),
    ]
    undoing = undone(rows, [ANN, cid], [ANN._replace(email="c@b.co"), cid._replace(email="a@b.co")])
    assert undoing.rows == []
    assert remarked(undoing) == [(Irreversible.ADDRESS, "c@b.co"), (Irreversible.ADDRESS, "a@b.co")]


def test_an_address_that_came_back_is_not_changed() -> None:
    """It went there and back again within the run."""
    rows = [
        Identify(email="a@b.co", new_email="b@b.co"),
        Identify(email="b@b.co", new_email="a@b.co"),
    ]
    assert undone(rows, [ANN], [ANN]) == Undoing([], [])


def test_a_spelling_is_changed_back() -> None:
    """It is the contact's own address that is taken."""
    row = Identify(email="a@b.co", new_email="A@b.co")
    undoing = undone([row], [ANN], [ANN._replace(email="A@b.co")])
    assert undoing.rows == [Identify(email="A@b.co", new_email="a@b.co")]


@pytest.mark.parametrize("member", ["tags", "fields", "lists", "first_name"])
@pytest.mark.parametrize("when", ["before", "now"])
def test_what_could_not_be_read_is_left_as_it_is(member: str, when: str) -> None:
    """And listed; the rest is taken back, and nobody is left alone for it."""
    row = Identify(
        email="a@b.co",
        first_name="Anna",
        company="C",
        tags=("x",),
        lists=("l",),
        fields=(("f", "1"),),
    )
    before = ANN._replace(company="B", fields={"f": "0"}, lists=("l",))
    now = before._replace(first_name="Anna", company="C", tags=("old", "x"), fields={"f": "1"})
    unclear = {"before": before, "now": now}
    unclear[when] = unclear[when]._replace(unclear=(member,))
    undoing = undone([row], [unclear["before"]], [unclear["now"]])
    assert remarked(undoing) == [(Irreversible.UNREADABLE, "a@b.co")]
    identify = undoing.rows[0]
    assert identify.company == "B"
    assert identify.first_name == (None if member == "first_name" else "Ann")
    assert identify.fields == (() if member == "fields" else (("f", "0"),))
    assert len(undoing.rows) == (1 if member == "tags" else 2)


@pytest.mark.parametrize("value", ["++5", "--5", "a\x00b", " ", "half \ud800"])
def test_a_value_that_cannot_be_sent_is_listed(value: str) -> None:
    """It would count, or no request could hold it."""
    row = Identify(email="a@b.co", fields=(("f", "1"),))
    undoing = undone([row], [ANN._replace(fields={"f": value})], [ANN._replace(fields={"f": "1"})])
    assert (undoing.rows, remarked(undoing)) == ([], [(Irreversible.UNREADABLE, "a@b.co")])


def test_a_name_that_is_too_long_to_be_sent_is_listed() -> None:
    """255 characters are allowed."""
    row = Identify(email="a@b.co", company="C")
    undoing = undone([row], [ANN._replace(company="C" * 256)], [ANN._replace(company="C")])
    assert (undoing.rows, remarked(undoing)) == ([], [(Irreversible.UNREADABLE, "a@b.co")])


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_row_in_doubt_is_taken_back_if_it_was_taken(is_taken: bool) -> None:
    """The account shows which of the two it is."""
    rows = [
        SentRow(Track(email="a@b.co", add_tags=("x",))),
        SentRow(Track(email="a@b.co", remove_tags=("old",)), is_certain=False),
    ]
    now = ANN._replace(tags=("x",) if is_taken else ("old", "x"))
    undoing = undone(rows, [ANN], [now])
    back = ("old",) if is_taken else ()
    assert undoing == Undoing([Track(email="a@b.co", add_tags=back, remove_tags=("x",))], [])


def test_each_of_a_few_rows_in_doubt_may_have_been_taken() -> None:
    """Of more than a few only all and none."""
    rows = [
        SentRow(Track(email="a@b.co", add_tags=(str(n),)), is_certain=False)
        for n in range(MAX_DOUBTFUL)
    ]
    before = {"a@b.co": ANN}
    assert len(list(possible_courses(before, rows))) == 2**MAX_DOUBTFUL
    assert len(list(possible_courses(before, [*rows, rows[0]]))) == 2
    assert remarked(undone(rows, [ANN], [ANN._replace(tags=("old", "1"))])) == []


def test_a_contact_that_only_a_row_in_doubt_would_have_created_may_be_absent() -> None:
    """Then nothing has to be said of it."""
    row = SentRow(Identify(email="a@b.co", tags=("x",)), is_certain=False)
    assert undone([row], [], []) == Undoing([], [])
    created = undone([row], [], [ServiceContact("9", "a@b.co", tags=("x",))])
    assert created.rows == [Track(email="a@b.co", remove_tags=("x",))]
    assert remarked(created) == [(Irreversible.CREATED, "a@b.co")]
    other = undone([row], [], [ServiceContact("9", "a@b.co", tags=("y",))])
    assert (other.rows, remarked(other)) == ([], [(NotUndone.DOUBTFUL, "a@b.co")])


def test_a_contact_that_took_the_place_of_another_is_not_taken_for_it() -> None:
    """It looks the same, and has another id."""
    row = Identify(email="a@b.co", tags=("x",))
    undoing = undone([row], [ANN], [ANN._replace(id="2", tags=("old", "x"))])
    assert (undoing.rows, remarked(undoing)) == ([], [(NotUndone.GONE, "a@b.co")])


def test_a_contact_that_was_there_before_is_none_that_was_created() -> None:
    """It took the address of the one that the rows created, and looks like it."""
    row = Identify(email="b@b.co", new_email="a@b.co", first_name="Ann", tags=("old",))
    undoing = undone([row], [ANN], [ANN._replace(email="b@b.co")])
    assert (undoing.rows, remarked(undoing)) == ([], [(NotUndone.CHANGED, "b@b.co")])


def test_a_row_that_was_taken_twice_leaves_no_contact_unsaid() -> None:
    """It created a contact, then gave it the address that it names; the next row made another."""
    rows = [
        Identify(email="a@b.co", new_email="b@b.co", company="C"),
        Identify(email="a@b.co", first_name="Ann"),
    ]
    now = [
        ServiceContact("1", "b@b.co", company="C"),
        ServiceContact("2", "a@b.co", first_name="Ann"),
    ]
    undoing = undone(rows, [], now)
    assert undoing.rows == []
    assert {email for _, email in remarked(undoing)} == {"a@b.co", "b@b.co"}


def test_a_number_that_the_service_writes_otherwise_is_the_same() -> None:
    """Where the run wrote it; a text of digits that it did not write is compared to the letter."""
    row = Identify(email="a@b.co", fields=(("f", "++1"),))
    before = ANN._replace(fields={"f": "1.50", "g": "01"})
    undoing = undone([row], [before], [before._replace(fields={"f": "2.5", "g": "01"})])
    assert undoing.rows == [Identify(email="a@b.co", fields=(("f", "1.50"),))]
    other = undone([row], [before], [before._replace(fields={"f": "2.5", "g": "1"})])
    assert remarked(other) == [(NotUndone.CHANGED, "a@b.co")]


def test_nothing_is_assumed_unless_it_is_said() -> None:
    """A contact of which no snapshot tells is left alone."""
    rows = [SentRow(Track(email="a@b.co", add_tags=("x", "old"), remove_tags=("y",)))]
    history = History(rows, {}, {"a@b.co": ANN._replace(tags=("old", "x"))})
    assert remarked(undo(history, RULES)) == [(NotUndone.NOT_RECORDED, "a@b.co")]
    assumed = undo(history, UndoRules(assumes_new=True))
    assert assumed.rows == [Track(email="a@b.co", remove_tags=("x", "old"))]
    assert remarked(assumed) == [(Irreversible.NOT_RECORDED, "a@b.co")]


def test_a_tag_that_the_run_itself_removed_again_is_not_taken_away_by_assumption() -> None:
    """Others have put it there since."""
    rows = [
        SentRow(Track(email="a@b.co", add_tags=("x",))),
        SentRow(Track(email="a@b.co", remove_tags=("x",))),
    ]
    history = History(rows, {}, {"a@b.co": ANN._replace(tags=("x",))})
    assert undo(history, UndoRules(assumes_new=True)).rows == []


def test_who_has_left_is_not_touched_by_assumption() -> None:
    """Nobody knows since when; --force does."""
    rows = [SentRow(Track(email="a@b.co", add_tags=("old",)))]
    history = History(rows, {}, {"a@b.co": ANN._replace(opt_outs=("bounced",))})
    assumed = undo(history, UndoRules(assumes_new=True))
    assert (assumed.rows, remarked(assumed)) == ([], [(NotUndone.LEFT, "a@b.co")])
    assert undo(history, UndoRules(assumes_new=True, is_forced=True)).rows != []


@pytest.mark.parametrize("rules", [RULES, UndoRules(assumes_new=True)])
def test_who_is_gone_and_was_never_recorded_is_told(rules: UndoRules) -> None:
    """Nothing can be taken back of such a one, whatever is assumed."""
    rows = [SentRow(Track(email="a@b.co", add_tags=("vip",)))]
    undoing = undo(History(rows, {}, {"a@b.co": None}), rules)
    assert (undoing.rows, remarked(undoing)) == ([], [(NotUndone.GONE, "a@b.co")])
