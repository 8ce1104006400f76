import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from tests.runs.accounts import BROKEN, LOST, REFUSED, Account, at_home_in, records

ADDRESSES = [f"{name}@b.co" for name in ("ann", "bob", "cid", "dan", "eve")]
LIST = "list_abcdefghijklmnopqrstuv"
NAMES = st.sampled_from(["", "", "Ann", "Bo"])
FIELDS = st.sampled_from(["", "x", "3", "10.50"])
TAGS = st.sets(st.sampled_from(["a", "b", "c"]))
FAULTS = st.dictionaries(st.integers(0, 9), st.sampled_from([LOST, BROKEN, REFUSED]), max_size=2)

seeds = st.fixed_dictionaries(
    {"first_name": NAMES, "company": NAMES, "plan": FIELDS, "tags": TAGS},
)
accounts = st.dictionaries(st.sampled_from(ADDRESSES), seeds, max_size=5)
identifies = st.lists(
    st.fixed_dictionaries(
        {"email": st.sampled_from(ADDRESSES)},
        optional={
            "new_email": st.sampled_from(ADDRESSES),
            "first_name": NAMES,
            "company": NAMES,
            "plan": st.sampled_from(["", "x", "y", "++2", "--1.5"]),
            "tags": TAGS,
            "lists": st.just([LIST]),
        },
    ),
    min_size=1,
    max_size=8,
)
tracks = st.lists(
    st.tuples(st.sampled_from(ADDRESSES), TAGS, TAGS)
    .filter(lambda one: one[1] or one[2])
    .map(lambda one: {"email": one[0], "add_tags": one[1], "remove_tags": one[2] - one[1]}),
    min_size=1,
    max_size=8,
)


def seed(account: Account, contacts: dict[str, dict[str, object]]) -> None:
    for email, values in contacts.items():
        body = {
            "email": email,
            "firstName": values["first_name"],
            "company": values["company"],
            "tags": sorted(values["tags"]),  # type: ignore[call-overload]
            "customFields": {"plan": values["plan"]},
        }
        wanted = {name: value for name, value in body.items() if value}
        if not values["plan"]:
            del wanted["customFields"]
        assert account.post("/contact/identify", wanted) == 200


def words_for(action: str, rows: list[dict[str, object]], batch: int) -> list[str]:
    """Write the file; return the command that sends it."""
    lines = []
    for row in rows:
        listed = {name: sorted(v) if isinstance(v, set) else v for name, v in row.items()}
        filled = {name: value for name, value in listed.items() if value}
        lines.append(json.dumps(filled))
    Path("rows.jsonl").write_text("\n".join(lines) + "\n")
    maps = ["--map", "plan=field:plan"] if any("plan" in line for line in lines) else []
    batches = ["--batch", str(batch)] if batch > 1 and action == "identify" else []
    return [action, "--from", "rows.jsonl", "--snapshot", "--yes", *maps, *batches]


def listed(account: Account) -> dict[str, list[str]]:
    """Return what the undo says that it does not take back, by address."""
    found: dict[str, list[str]] = {}
    shown = account.run("runs", "show", "--rows")
    for record in records(shown):
        if not record["ok"]:
            found.setdefault(str(record["email"]), []).append(str(record["message"]))
    return found


def assert_is_as_before(
    before: dict[str, object], after: dict[str, object], remarks: list[str]
) -> None:
    """All that had a value is as it was; what is not is listed."""
    assert after["tags"] == before["tags"]
    assert after["email"] == before["email"] or any("address" in text for text in remarks)
    for name in ("first_name", "company"):
        noun = name.replace("_", " ")
        is_listed = not before[name] and f"{noun}: was empty before" in remarks
        assert after[name] == before[name] or is_listed
    was, now = before["fields"], after["fields"]
    assert isinstance(was, dict)
    assert isinstance(now, dict)
    for name in {*was, *now}:
        is_listed = name not in was and f"custom field {name}: had no value before" in remarks
        assert was.get(name) == now.get(name) or is_listed
    joined = after["lists"] - before["lists"]  # type: ignore[operator]
    assert not joined or any("stays on the list" in text for text in remarks)


@settings(
    max_examples=300,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    contacts=accounts,
    rows=identifies | tracks,
    batch=st.sampled_from([1, 3]),
    faults=FAULTS | st.just({}),
    is_resumed=st.booleans(),
    others=st.sets(st.sampled_from(ADDRESSES), max_size=1),
    undo_faults=st.dictionaries(st.integers(0, 4), st.just(REFUSED), max_size=1),
)
def test_what_had_a_value_is_as_before_or_listed(
    contacts: dict[str, dict[str, object]],
    rows: list[dict[str, object]],
    batch: int,
    faults: dict[int, str],
    is_resumed: bool,  # noqa: FBT001
    others: set[str],
    undo_faults: dict[int, str],
) -> None:
    """For identify and track, batches, duplicates, chains of addresses, resumed runs.

    Contacts that nobody else changed, and of whose rows none is in doubt, are always taken back.
    """
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        account = at_home_in(Path(directory), patch)
        seed(account, contacts)
        before = account.contacts()
        is_track = "add_tags" in rows[0]
        action = "track" if is_track else "identify"
        words = words_for(action, rows, batch)
        run = account.run(*words, "--concurrency", "2", "--skip-invalid", faults=faults)
        if not account.run("runs", "list").out:
            event("nothing to send " + run.err[-100:])
            assert account.contacts() == before
            return
        assert run.code != 1, run.err
        if is_resumed and "runs resume" in run.err:
            event("resumed")
            assert account.run("runs", "resume", "--yes").code != 1
        changed_by_others = set()
        for key, contact in account.contacts().items():
            if contact["email"] in others:
                changed_by_others.add(key)
                body = {"email": contact["email"], "addTags": ["other"]}
                assert account.post("/contact/track", body) == 200
        left = account.contacts()
        undo = account.run("runs", "undo", "--yes", faults=undo_faults)
        assert undo.code in {0, 4, 255}, undo.err
        if undo.code == 255:
            event("undo resumed")
            assert account.run("runs", "resume", "--yes").code in {0, 4}
        after = account.contacts()
        if "nothing to take back" in undo.err:
            remarks = {
                str(one["email"]): [str(one["message"])] for one in records(undo)
            }
            assert after == left
        else:
            remarks = listed(account)
        assert after.keys() == left.keys()
        for key, contact in after.items():
            of_contact = [
                text
                for email in {contact["email"], left[key]["email"]}
                for text in remarks.get(str(email), [])
            ]
            is_alone = any(
                "changed since" in text or "unknown outcome" in text for text in of_contact
            )
            if is_alone:
                event("left alone")
                assert key in changed_by_others or faults, (of_contact, undo.err)
                continue
            if key in changed_by_others:
                # Its rows were not taken, or it was not among them.
                assert contact["tags"] >= {"other"}
                contact["tags"] = contact["tags"] - {"other"}  # type: ignore[operator]
            if key in before:
                assert_is_as_before(before[key], contact, of_contact)
            else:
                assert any("was created by the run" in text for text in of_contact)
                assert contact["tags"] == set()
