from pathlib import Path

import httpx

from tests.sandbox.doors import in_the_process, on_a_port

REQUESTS: list[tuple[str, str, bytes, dict[str, str]]] = [
    ("POST", "/contact/identify", b'{"email":"a@b.co","tags":["x"],"firstName":"Zo\xc3\xab"}', {}),
    ("POST", "/contact/identify", b'{"email":"A@b.co","customFields":{"n":"++2"}}', {}),
    ("POST", "/contact/identify", b'{"email":"a@b.co","newEmail":"c@d.eu"}', {}),
    ("POST", "/contact/identify", b'{"email":"a@b.co","newEmail":"c@d.eu"}', {}),
    ("POST", "/contact/identify", b'{"email":"nobody"}', {}),
    ("POST", "/contact/identify", b"{}", {}),
    ("POST", "/contact/identify", b"", {}),
    ("POST", "/contact/identify", b"{}", {"Content-Type": "text/plain"}),
    ("POST", "/contact/identify", b"{}", {"Accept": "text/html"}),
    ("POST", "/contact/identify", b"{}", {"X-Team-ApiKey": ""}),
    ("POST", "/contact/identify/bulk", b'[{"email":"e@f.gh"}]', {}),
    ("POST", "/contact/identify/bulk", b"[]", {}),
    ("POST", "/contact/track", b'{"email":"c@d.eu","addTags":["y"],"removeTags":["x"]}', {}),
    ("POST", "/contact/track", b'{"email":"nobody@b.co","addTags":["y"]}', {}),
    ("GET", "/contact/track", b"", {}),
    ("GET", "/nowhere?x=%2F", b"", {}),
    ("GET", "/tag?limit=0", b"", {}),
]

Answered = tuple[int, bytes, dict[str, str]]


def ask_all(client: httpx.Client) -> list[Answered]:
    answered = []
    for method, path, body, headers in REQUESTS:
        response = client.request(method, path, content=body, headers=headers)
        named = {name: value for name, value in response.headers.items() if name != "date"}
        answered.append((response.status_code, response.content, named))
    return answered


def test_both_doors_give_the_same_answers(tmp_path: Path) -> None:
    """Status, body to the byte and headers are those of one set of rules."""
    with in_the_process(tmp_path / "one.sqlite3") as client:
        inside = ask_all(client)
    with on_a_port(tmp_path / "two.sqlite3") as client:
        outside = ask_all(client)
    statuses = [status for status, _, _ in inside]
    assert inside == outside
    assert statuses == [
        *(200, 200, 200, 409, 422, 400, 422, 415, 406, 401),
        *(200, 422, 200, 404, 405, 404, 400),
    ]


def test_both_doors_open_on_the_same_contacts(tmp_path: Path) -> None:
    """What one takes in, the other knows."""
    path = tmp_path / "sandbox.sqlite3"
    with in_the_process(path) as inside, on_a_port(path) as outside:
        inside.post("/contact/identify", json={"email": "a@b.co", "tags": ["x"]})
        response = outside.post("/contact/identify", json={"email": "a@b.co", "tags": ["y"]})
    assert response.json()["data"]["tags"] == ["x", "y"]
