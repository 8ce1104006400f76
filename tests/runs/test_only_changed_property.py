"""Whatever the file and the account: it ends as if all rows had been sent."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sendx_cli.core.contact.address import contact_key
from sendx_cli.journal.rows import JournalRow, State
from sendx_cli.journal.runs import list_runs, open_view
from sendx_cli.sandbox.messages import Request
from sendx_cli.sandbox.team import FieldType
from sendx_cli.settings.paths import runs_directory
from tests.runs.watched_account import WatchedAccount

Payload = dict[str, Any]
NAMES = ("ann", "ben", "cat", "dan")
STRANGERS = ("sam", "tom", "una", "vic", "wes")
LISTS = tuple(f"list_{letter * 22}" for letter in "ab")
TAGS = ("t", "u", "v")


def address(name: str) -> str:
    return f"{name}@b.co"


addresses = st.sampled_from(NAMES).map(address)
some_tags = st.lists(st.sampled_from(TAGS), max_size=2, unique=True)
added, removed = st.sampled_from(("t", "u")), st.sampled_from(("u", "v", "x"))
values = st.sampled_from(("a", "b"))
identifies = st.fixed_dictionaries(
    {"email": addresses},
    optional={
        "firstName": values,
        "company": values,
        "customFields": st.fixed_dictionaries(
            {}, optional={"Plan": values, "Visits": st.sampled_from(("1", "2"))}
        ),
        "tags": some_tags,
        "lists": st.lists(st.sampled_from(LISTS), max_size=2, unique=True),
    },
)
rare = st.fixed_dictionaries(
    {"email": addresses},
    optional={
        "birthday": st.sampled_from(("1990-01-01", "1990-01-02")),
        "newEmail": addresses,
        "customFields": st.fixed_dictionaries({"Visits": st.sampled_from(("++1", "--1"))}),
    },
)
tracks = st.one_of(
    st.builds(lambda email, tag: {"email": email, "addTags": [tag]}, addresses, added),
    st.builds(lambda email, tag: {"email": email, "removeTags": [tag]}, addresses, removed),
    st.builds(
        lambda email, tag: {"email": email, "addTags": [tag], "removeTags": ["x"]}, addresses, added
    ),
)
files = st.one_of(
    st.tuples(st.just("identify"), st.lists(identifies, min_size=2, max_size=14)),
    st.tuples(st.just("identify"), st.lists(st.one_of(identifies, rare), min_size=2, max_size=14)),
    st.tuples(st.just("track"), st.lists(tracks, min_size=2, max_size=14)),
)


@dataclass(frozen=True)
class Case:
    """A file, the account before it, and what others do while pages are read.

    Args:
        action: Of the file's rows.
        rows: The file's rows.
        earlier: What others had identified before.
        is_repeated: Whether the file itself was sent after that.
        later: What others identified then.
        meanwhile: Before the n-th request for a page, a stranger is changed.
        page: Contacts of a page.
    """

    action: str
    rows: list[Payload]
    earlier: list[Payload]
    is_repeated: bool
    later: list[Payload]
    meanwhile: list[str | None]
    page: int


cases = st.builds(
    lambda file, **others: Case(file[0], file[1], **others),
    files,
    earlier=st.lists(identifies, max_size=6),
    is_repeated=st.booleans(),
    later=st.lists(identifies, max_size=3),
    meanwhile=st.lists(st.one_of(st.none(), st.sampled_from(STRANGERS)), max_size=6),
    page=st.integers(1, 4),
)


@contextmanager
def account_of(case: Case, path: Path) -> Iterator[WatchedAccount]:
    """The account as it is when the run begins."""
    account = WatchedAccount(path, page=case.page)
    with account.store.transaction() as transaction:
        for list_id in LISTS:
            transaction.add_list(list_id, is_double_opt_in=False, list_id=list_id)
        transaction.add_field("Plan", FieldType.TEXT)
        transaction.add_field("Visits", FieldType.NUMBER)
    for name in STRANGERS[:3]:
        account.identify(address(name))
    account.send("identify", case.earlier)
    if case.is_repeated:
        account.send(case.action, case.rows)
    account.send("identify", case.later)
    yield account
    account.store.close()


def run(case: Case, path: Path, *words: str) -> tuple[WatchedAccount, list[JournalRow]]:
    """Send the file; return the account as it ended, and the rows with their states."""
    file = path.with_suffix(".jsonl")
    file.write_text("".join(json.dumps(row) + "\n" for row in case.rows))
    with account_of(case, path) as account:
        left = iter(case.meanwhile)

        def meddle(asked: Request) -> None:
            if asked.path.endswith("/contact") and (name := next(left, None)):
                account.identify(address(name), company=str(account.pages))

        account.before = meddle
        ended = account.sendx(case.action, "--from", str(file), *words, "-q", "--skip-invalid")
        assert ended.code in {0, 4}, ended
        for name in left:
            if name:
                account.identify(address(name))
        (made,) = list_runs(runs_directory()).runs
        with open_view(made.path) as view:
            rows = list(view.rows(list(State)))
        rmtree(runs_directory())
    return account, rows


def of_file(account: WatchedAccount) -> dict[str, object]:
    """The contacts that are nobody else's."""
    strangers = set(map(address, STRANGERS))
    return {email: one for email, one in account.state().items() if email not in strangers}


@settings(max_examples=40)
@given(cases)
def test_it_ends_as_if_all_had_been_sent(case: Case) -> None:
    """Whatever others did before, and however their writes move the pages meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        all_sent, _ = run(case, Path(folder) / "all.sqlite3")
        changed, rows = run(case, Path(folder) / "changed.sqlite3", "--only-changed")
        assert of_file(changed) == of_file(all_sent)
        states: dict[str, set[bool]] = {}
        for row in rows:
            is_left_out = row.state is State.UNCHANGED
            assert not (is_left_out and row.attempts)
            for key in row.contact.contact_keys:
                states.setdefault(key, set()).add(is_left_out)
        assert all(len(found) == 1 for found in states.values()), "some rows of a contact"
        left_out = {key for key, found in states.items() if found == {True}}
        assert left_out.isdisjoint(contact_key(str(one["email"])) for one in changed.writes)


@settings(max_examples=25)
@given(st.lists(identifies, min_size=2, max_size=12))
def test_what_was_sent_is_not_sent_again(rows: list[Payload]) -> None:
    """Nothing of it, if nobody else wrote anything since and all of it can be compared."""
    case = Case("identify", rows, [], is_repeated=True, later=[], meanwhile=[], page=100)
    with tempfile.TemporaryDirectory() as folder:
        account, _ = run(case, Path(folder) / "account.sqlite3", "--only-changed")
    assert account.writes == []
