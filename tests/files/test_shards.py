"""The shards of a file together are the file: no row is missing, and none is there twice."""

import io
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.account.rules import Fault
from sendx_cli.core.contact.chains import Share
from sendx_cli.core.contact.contact import Contact, Identify
from sendx_cli.core.contact.members import ContactValues
from sendx_cli.core.contact.shards import Shard
from sendx_cli.core.mapping.columns import ColumnOptions
from sendx_cli.core.mapping.source_rows import OptedOut, RowError
from sendx_cli.core.plan.plan import Plan, PlanBuilder
from sendx_cli.files.chains import read_chains
from sendx_cli.files.contact_rows import determine_mapping
from sendx_cli.files.layout import Overrides
from sendx_cli.files.row_checker import CheckedRow, RowChecker, check_rows
from sendx_cli.files.source import open_source

TODAY = date(2026, 1, 31)
Checked = CheckedRow | RowError | OptedOut
ADDRESSES = [f"p{n}@b.co" for n in range(9)] + ["P1@B.co", "jo@bücher.de", "bad", "<p2@b.co>", ""]
addresses = st.sampled_from(ADDRESSES)
rows = st.lists(
    st.tuples(
        addresses,
        st.one_of(st.just(""), addresses),
        st.sampled_from(["Ann", "Refused"]),
        st.sampled_from(["active", "active", "unsubscribed"]),
    ),
    max_size=25,
)


class RefusesSome:
    """An account that does not take some contacts."""

    def apply(self, contact: Contact) -> Contact | Fault:
        if isinstance(contact, Identify) and contact.first_name == "Refused":
            return Fault("no", None, "first_name")
        return contact


def shard_of(path: Path, shard: Shard) -> tuple[list[Checked], Plan]:
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        mapping = determine_mapping(source, ColumnOptions())
        checker = RowChecker(mapping, ContactValues(), today=TODAY, rules=RefusesSome())
        builder = PlanBuilder(mapping, source.name, shard=shard)
        share = Share(shard, read_chains(source, mapping))
        found = list(check_rows(source, checker, builder, share))
        return found, builder.plan()


def write(path: Path, cells: list[tuple[str, ...]]) -> Path:
    lines = ["email,new_email,first_name,status", *(",".join(one) for one in cells)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@given(rows, st.integers(2, 6))
def test_the_shards_are_the_file(cells: list[tuple[str, ...]], total: int) -> None:
    """Every row is on one shard, in the file's order; rows that wait for one another on the same.

    Rows that cannot be sent for what they say are on the first; the plans add up.
    """
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "p.csv", cells)
        whole, plan = shard_of(path, Shard(1, 1))
        shards = [shard_of(path, Shard(number, total)) for number in range(1, total + 1)]
    assert sorted((row for found, _ in shards for row in found), key=lambda row: row.line) == whole
    assert all(found == sorted(found, key=lambda row: row.line) for found, _ in shards)
    places: dict[str, set[int]] = defaultdict(set)
    for number, (found, _) in enumerate(shards):
        for row in found:
            if isinstance(row, CheckedRow):
                for key in row.contact.contact_keys:
                    places[key].add(number)
            if isinstance(row, RowError) and row.message != "no":
                assert number == 0
    assert all(len(numbers) == 1 for numbers in places.values())
    for _, part in shards:
        assert part.rows_of_file == plan.rows == len(whole)
        assert part.bad_of_file == plan.bad
        assert part.held_back.total + part.held_back_elsewhere == plan.held_back.total
    for name in ("rows", "to_send", "contacts", "duplicates", "new_addresses"):
        assert sum(getattr(part, name) for _, part in shards) == getattr(plan, name)
    assert Counter(
        collision for _, part in shards for collision in part.collisions.first
    ) == Counter(plan.collisions.first)


def test_what_an_account_refuses_comes_back_from_its_contacts_shard(tmp_path: Path) -> None:
    """Each shard reads the account for itself: the first may have seen it when it took the row."""
    path = write(tmp_path / "p.csv", [(f"p{n}@b.co", "", "Refused", "active") for n in range(12)])
    found = [shard_of(path, Shard(number, 2))[0] for number in (1, 2)]
    sent = write(tmp_path / "q.csv", [(f"p{n}@b.co", "", "Ann", "active") for n in range(12)])
    taken = [shard_of(sent, Shard(number, 2))[0] for number in (1, 2)]
    lines: list[Any] = [[[row.line for row in part] for part in one] for one in (found, taken)]
    assert lines[0] == lines[1]
    assert all(lines[0])


def test_chains_are_the_same_whichever_of_their_rows_can_be_sent(tmp_path: Path) -> None:
    """A row that the account or the day forbids links its addresses all the same."""
    fine = [("p1@b.co", "p2@b.co", name, "active") for name in ("Ann", "Refused")]
    prints = set()
    for cells in fine:
        with open_source(str(write(tmp_path / "p.csv", [cells])), Overrides(), io.BytesIO()) as one:
            prints.add(read_chains(one, determine_mapping(one, ColumnOptions())).fingerprint)
    assert len(prints) == 1
    assert "" not in prints
