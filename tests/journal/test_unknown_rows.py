from pathlib import Path

import pytest

from sendx_cli.core.contact.contact import Contact, Track
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.journal.rows import State
from sendx_cli.journal.unknown_rows import UnknownRow
from tests.journal.journals import begin, decided, people, states

A, B, C = people(3)
MOVING = A._replace(new_email=B.email)
UNKNOWN, ACCEPTED = Outcome.UNKNOWN, Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("rows", "outcomes", "overtaken"),
    [
        ([A, B], [UNKNOWN, ACCEPTED], [False]),
        ([A, A], [UNKNOWN, ACCEPTED], [True]),
        ([A, A], [ACCEPTED, UNKNOWN], [False]),
        ([A, A], [UNKNOWN, UNKNOWN], [True, False]),
        ([A, A], [UNKNOWN, Outcome.REJECTED], [False]),
        ([MOVING, B], [UNKNOWN, ACCEPTED], [True]),
        ([MOVING, A], [UNKNOWN, ACCEPTED], [True]),
        ([B, MOVING], [UNKNOWN, ACCEPTED], [True]),
        ([MOVING, C], [UNKNOWN, ACCEPTED], [False]),
    ],
)
def test_a_row_is_overtaken_by_a_later_one_of_its_contact(
    tmp_path: Path, rows: list[Contact], outcomes: list[Outcome], overtaken: list[bool]
) -> None:
    """Under its old address or its new one, if that was sent or may have been."""
    with begin(tmp_path, rows) as journal:
        sent = list(journal.pending())
        journal.record([decided(*one) for one in zip(sent, outcomes, strict=True)])
        assert [row.is_overtaken for row in journal.unknown_rows()] == overtaken


def test_each_unknown_row_is_settled_noted_or_put_back(tmp_path: Path) -> None:
    """Rows whose outcome is known stay as they are, whatever is said of them."""
    tracks = [Track(email=f"p{n}@example.com", add_tags=("vip",)) for n in range(5)]
    with begin(tmp_path, tracks) as journal:
        rows = list(journal.pending())
        journal.record([decided(row, UNKNOWN) for row in rows[:4]])
        journal.record([decided(rows[4], Outcome.REJECTED)])
        unknown = journal.unknown_rows()
        assert next(iter(unknown)) == UnknownRow(0, tracks[0], 1_800_000_000, is_overtaken=False)
        unknown.settle([1, 4])
        unknown.note([(2, "no tag vip"), (4, "no tag vip")])
        unknown.put_back([3, 4])
        assert [row.number for row in unknown] == [0, 2]
        assert states(journal) == [
            State.UNKNOWN,
            State.ACCEPTED,
            State.UNKNOWN,
            State.PENDING,
            State.REJECTED,
        ]
        found = {row.number: row for row in journal.view.rows(list(State))}
        assert (found[1].code, found[1].message) == (
            "reconciled",
            "reconciled: seen in the account",
        )
        assert (found[2].message, found[4].message) == ("no tag vip", "bad birthday")
