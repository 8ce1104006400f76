"""The suite of https://github.com/minimaxir/big-list-of-naughty-strings."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.conftest import CANARY, Command
from tests.servers import ScriptedServer
from tests.torture.suites import suite

REASONS = ("first name is empty", "first name contains the control character")
"""Why some are refused as a name: what is left of them is nothing, or a terminal would obey it."""

EDGES = " \t\r\n\u00a0\u200b\u2060\ufeff"
"""White space and invisible marks, which are taken off at the ends of a cell."""


def strings() -> list[str]:
    found = json.loads(suite("big-list-of-naughty-strings", "blns.json").read_text("utf-8"))
    assert len(found) > 400
    return [str(text) for text in found]


def as_csv(texts: list[str]) -> str:
    table = io.StringIO(newline="")
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(("email", "first_name"))
    writer.writerows((f"p{number}@example.com", text) for number, text in enumerate(texts))
    return table.getvalue()


def as_jsonl(texts: list[str]) -> str:
    rows = ({"email": f"p{n}@example.com", "firstName": text} for n, text in enumerate(texts))
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(("name", "written"), [("p.csv", as_csv), ("p.jsonl", as_jsonl)])
def test_each_string_is_sent_as_it_stands_or_refused(
    sendx: Command, server: ScriptedServer, tmp_path: Path, name: str, written: object
) -> None:
    """As a name: white space at its ends apart, and nothing of it reaches the terminal raw."""
    texts = strings()
    path = tmp_path / name
    assert callable(written)
    path.write_text(written(texts), encoding="utf-8", newline="")
    env = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    words = ("--from", str(path), "--yes", "--skip-invalid", "-o", "jsonl")
    run = sendx("identify", *words, env=env)
    assert run.code == 4, run.err
    got = dict[int, str]()
    for request in server.requests:
        body = json.loads(request.body)
        got[int(body["email"][1:].partition("@")[0])] = body.get("firstName", "")
    bad = {number for number in range(len(texts)) if number not in got}
    assert {n: text for n, text in got.items() if text != texts[n].strip(EDGES)} == {}
    shown = run.out + run.err
    assert not {mark for mark in shown if ord(mark) < 32 and mark != "\n"} - {"\t"}
    reasons = [line for line in run.err.splitlines() if any(one in line for one in REASONS)]
    assert len(reasons) == len(bad) == 5


def test_each_string_as_an_address_or_a_tag_is_sent_as_it_stands_or_refused(
    sendx: Command, server: ScriptedServer
) -> None:
    """On the command line, with an exit code of ours and never a traceback."""
    env = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    for text in strings():
        if "\0" in text:
            continue  # no command line can hold it
        run = sendx("identify", "--", text, env=env)
        assert run.code in {0, 2}, (text, run)
        before = len(server.requests)
        run = sendx("track", "a@example.com", f"--add-tag={text}", env=env)
        assert run.code in {0, 2}, (text, run)
        for request in server.requests[before:]:
            assert json.loads(request.body)["addTags"] == [text]
    addresses = [json.loads(r.body)["email"] for r in server.requests if b"email" in r.body]
    assert {one for one in addresses if one != "a@example.com"} <= set(strings())
