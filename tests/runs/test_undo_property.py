import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.runs.accounts import BROKEN, LIST, LOST, REFUSED, Account, at_home_in, records

Values = dict[str, Any]
ALONE = ("changed by others since", "unknown outcome", "was not there before")
"""What is said of contacts that are left alone."""
ADDRESSES = [f"{name}@b.co" for name in ("ann", "bob", "cid", "dan", "eve")]
NAMES = st.sampled_from(["", "", "Ann", "Bo"])
PLANS = st.sampled_from(["", "x", "y", "3"])
POINTS = st.sampled_from(["", "3", "10.50"])
TAGS = st.sets(st.sampled_from(["a", "b", "c"]))
FAULTS = st.dictionaries(st.integers(0, 9), st.sampled_from([LOST, BROKEN, REFUSED]), max_size=2)

seeds = st.fixed_dictionaries(
    {"first_name": NAMES, "company": NAMES, "plan": PLANS, "points": POINTS, "tags": TAGS},
)
accounts = st.dictionaries(st.sampled_from(ADDRESSES), seeds, max_size=5)
identifies = st.lists(
    st.fixed_dictionaries(
        {"email": st.sampled_from(ADDRESSES)},
        optional={
            "new_email": st.sampled_from(ADDRESSES),
            "first_name": NAMES,
            "company": NAMES,
            "plan": PLANS,
            "points": st.sampled_from(["", "7", "++2", "--1.5"]),
            "tags": TAGS,
            "lists": st.just([LIST]),
        },
    ),
    min_size=1,
    max_size=8,
)
tracks = st.lists(
    st.tuples(st.sampled_from(ADDRESSES), TAGS, TAGS).map(
        lambda one: {
            "email": one[0],
            "add_tags": one[1] or {"a"},
            "remove_tags": one[2] - (one[1] or {"a"}),
        }
    ),
    min_size=1,
    max_size=8,
)


def seed(account: Account, contacts: dict[str, Values]) -> None:
    account.begin(
        *(
            {
                "email": email,
                "firstName": values["first_name"],
                "company": values["company"],
                "tags": sorted(values["tags"]),
                "customFields": {name: values[name] for name in ("plan", "points") if values[name]},
            }
            for email, values in contacts.items()
        ),
        plan="text",
        points="number",
    )


def words_for(action: str, rows: list[Values], batch: int) -> list[str]:
    """Write the file; return the command that sends it."""
    lines = []
    for row in rows:
        listed = {name: sorted(v) if isinstance(v, set) else v for name, v in row.items()}
        filled = {name: value for name, value in listed.items() if value}
        lines.append(json.dumps(filled))
    Path("rows.jsonl").write_text("\n".join(lines) + "\n")
    fields = [name for name in ("plan", "points") if any(f'"{name}"' in line for line in lines)]
    maps = [word for name in fields for word in ("--map", f"{name}=field:{name}")]
    batches = ["--batch", str(batch)] if batch > 1 and action == "identify" else []
    return [action, "--from", "rows.jsonl", "--snapshot", "--yes", *maps, *batches]


def by_address(shown: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the messages of what was not accepted."""
    found: dict[str, list[str]] = {}
    for record in shown:
        if not record["ok"]:
            found.setdefault(str(record["email"]), []).append(str(record["message"]))
    return found


def assert_is_as_before(before: Values | None, after: Values, listed: list[str]) -> None:
    """All that had a value is as it was; what is not is listed."""
    if before is None:
        assert any("was created by the run" in text for text in listed)
        assert after["tags"] == set()
        return
    assert after["tags"] == before["tags"]
    assert after["email"] == before["email"] or any("its address stays" in one for one in listed)
    was = {"first name": before["first_name"], "company": before["company"]}
    now = {"first name": after["first_name"], "company": after["company"]}
    for noun, value in was.items():
        assert now[noun] == value or (not value and f"{noun}: was empty before" in listed)
    for name in {*before["fields"], *after["fields"]}:
        value = before["fields"].get(name)
        is_listed = f"custom field {name}: had no value before" in listed
        assert after["fields"].get(name) == value or (value is None and is_listed)
    is_listed = any("stays on the list" in text for text in listed)
    assert after["lists"] == before["lists"] or is_listed


@dataclass(frozen=True)
class Case:
    """An account, a run of it, and what happens to both.

    Args:
        contacts: The account before.
        rows: The file.
        batch: Contacts in a call.
        faults: What goes wrong in the run.
        is_resumed: Whether it is resumed where it stopped.
        is_mended: Whether its file is another one by then: without its first row, and turned round.
        others: Contacts that others change before the undo.
        undo_faults: What goes wrong in the undo.
    """

    contacts: dict[str, Values]
    rows: list[Values]
    batch: int
    faults: dict[int, str]
    is_resumed: bool
    is_mended: bool
    others: set[str]
    undo_faults: dict[int, str]


cases = st.builds(
    Case,
    contacts=accounts,
    rows=identifies | tracks,
    batch=st.sampled_from([1, 3]),
    faults=FAULTS | st.just({}) | st.dictionaries(st.integers(0, 4), st.just(REFUSED), min_size=1),
    is_resumed=st.booleans(),
    is_mended=st.booleans(),
    others=st.sets(st.sampled_from(ADDRESSES), max_size=1),
    undo_faults=st.dictionaries(st.integers(0, 3), st.just(REFUSED), max_size=1),
)


def run_it(account: Account, case: Case) -> bool:
    """Run the file, and resume it; tell whether there was anything to send."""
    words = words_for("track" if "add_tags" in case.rows[0] else "identify", case.rows, case.batch)
    run = account.run(*words, "--concurrency", "2", "--skip-invalid", faults=case.faults)
    if not account.run("runs", "list").out:
        return False
    assert run.code != 1, run.err
    if case.is_resumed and "runs resume" in run.err:
        event("resumed, mended" if case.is_mended else "resumed")
        if case.is_mended:
            lines = Path("rows.jsonl").read_text().splitlines(keepends=True)
            Path("rows.jsonl").write_text("".join(reversed(lines[1:] or lines)))
        assert account.run("runs", "resume", "--yes").code != 1
    return True


def change_by_others(account: Account, addresses: set[str]) -> set[str]:
    """Tag contacts past the commands; return their ids."""
    found = {key: one["email"] for key, one in account.contacts().items()}
    changed = {key: email for key, email in found.items() if email in addresses}
    for email in changed.values():
        assert account.post("/contact/track", {"email": email, "addTags": ["other"]}) == 200
    return set(changed)


def undo(account: Account, faults: dict[int, str]) -> dict[str, list[str]]:
    """Undo the run, to its end; return what is said not to be taken back, by address."""
    run = account.run("runs", "undo", "--yes", faults=faults)
    assert run.code in {0, 4, 255}, run.err
    if run.code == 255:
        event("undo resumed")
        assert account.run("runs", "resume", "--yes").code in {0, 4}
    if "nothing to undo" in run.err:
        return by_address(records(run))
    return by_address(records(account.run("runs", "show", "--rows")))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases)
def test_what_had_a_value_is_as_before_or_listed(case: Case) -> None:
    """For identify and track, batches, duplicates, chains of addresses, resumed and mended runs.

    A contact that nobody else changed, and none of whose rows is in doubt, is never left alone.
    """
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        account = at_home_in(Path(directory), patch)
        seed(account, case.contacts)
        before = account.contacts()
        if not run_it(account, case):
            assert account.contacts() == before
            return
        changed = change_by_others(account, case.others)
        left = account.contacts()
        remarks = undo(account, case.undo_faults)
        after = account.contacts()
        assert after.keys() == left.keys()
        for key, contact in after.items():
            addresses = {str(contact["email"]), str(left[key]["email"])}
            listed = [text for address in addresses for text in remarks.get(address, [])]
            if any(alone in text for text in listed for alone in ALONE):
                event("left alone")
                assert contact == left[key]
                assert key in changed or case.faults
                continue
            # A contact of others that is not left alone is one of which no row was taken.
            contact["tags"] -= {"other"} if key in changed else set()
            assert_is_as_before(before.get(key), contact, listed)
