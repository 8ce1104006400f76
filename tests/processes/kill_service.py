"""A service that keeps an account and notes what it is told: nothing of `sendx` is in it."""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.servers import OK, Answering, Request, Reset, json_answer

LIMIT = 100
LONGEST_ANSWER_S = 0.02
NO_FAULTS = (1, 0, 0, 0)
"""How often a write is acted on; acted on and cut off; answered 429; answered 500."""

_CAME_TO = ("acted", "cut", "later", "error")
Contact = dict[str, object]


class Write(NamedTuple):
    """A write that came.

    Args:
        path: `identify` or `track`.
        body: Its contact.
        came_to: `acted`, `cut` (acted, and broke the connection off), `later` or `error`.
    """

    path: str
    body: Mapping[str, object]
    came_to: str

    @property
    def was_acted_on(self) -> bool:
        """Whether it changed the account."""
        return self.came_to in {"acted", "cut"}


class AccountService:
    """Answers reads from an account and writes as it is drawn.

    Args:
        contacts: The account's at first: `email`, `firstName`, `tags` and `fields`, by names.
        draw: What happens to writes, and how long answers take.
    """

    def __init__(self, contacts: Sequence[Contact], draw: random.Random) -> None:
        self._contacts = {_id("contact", number): deepcopy(c) for number, c in enumerate(contacts)}
        self._names: dict[str, list[str]] = {"tag": [], "field": []}
        self._draw = draw
        self._changed = threading.Condition()
        self.faults: Sequence[int] = NO_FAULTS
        self.writes: list[Write] = []
        self.reads = 0

    def contacts(self) -> dict[str, Contact]:
        """Return all contacts as they are, by their ids."""
        with self._changed:
            return deepcopy(self._contacts)

    def rename(self, names: Mapping[str, str]) -> None:
        """Give contacts other first names, by their addresses."""
        with self._changed:
            for contact in self._contacts.values():
                address = str(contact["email"])
                contact["firstName"] = names.get(address, contact["firstName"])

    def wait_for(
        self, what: Callable[["AccountService"], int], count: int, has_ended: Callable[[], bool]
    ) -> None:
        """Return when there were so many reads or writes, or when the process has ended."""
        with self._changed:
            while what(self) < count and not has_ended():
                self._changed.wait(0.01)

    def write(self, request: Request, _number: int) -> Answering:
        """Answer what is no page."""
        if request.method == "GET":
            return self.page(request)
        path, body = request.path.rpartition("/")[2], json.loads(request.body)
        with self._changed:
            (came_to,) = self._draw.choices(_CAME_TO, self.faults)
            answer_s = self._draw.uniform(0.0, LONGEST_ANSWER_S)
            write = Write(path, body, came_to)
            if write.was_acted_on and not self._apply(body):
                return json_answer(409, {"message": "the address is taken"})
            self.writes.append(write)
            self._changed.notify_all()
        time.sleep(answer_s)
        return answer_of(came_to)

    def page(self, request: Request) -> Answering:
        """Answer a read."""
        url = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        with self._changed:
            self.reads += 1
            answer_s = self._draw.uniform(0.0, LONGEST_ANSWER_S)
            found = self._found(url.path.rpartition("/rest")[2], query.get("search", ""))
            self._changed.notify_all()
        time.sleep(answer_s)
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 10))
        return json_answer(200, found[offset : offset + min(limit, LIMIT)])

    def _found(self, path: str, search: str) -> list[dict[str, object]]:
        match path:
            case "/tag":
                return [{"id": self._id_of("tag", n), "name": n} for n in self._all("tag")]
            case "/customfield":
                return [
                    {"id": f"custom_{self._id_of('field', n)}", "name": n, "type": 0}
                    for n in self._all("field")
                ]
            case "/contact":
                return [
                    self._shown(identifier, contact)
                    for identifier, contact in self._contacts.items()
                    if search.lower() in str(contact["email"])
                ]
            case "/team/member":
                return [{"id": _id("member", 1), "email": "owner@example.com", "fullName": "O"}]
            case _:
                return []

    def _shown(self, identifier: str, contact: Contact) -> dict[str, object]:
        fields, tags = contact["fields"], contact["tags"]
        assert isinstance(fields, dict)
        assert isinstance(tags, set)
        return {
            "id": identifier,
            "email": contact["email"],
            "firstName": contact["firstName"],
            "lastName": "",
            "company": "",
            "customFields": {self._id_of("field", name): text for name, text in fields.items()},
            "lists": [],
            "tags": [self._id_of("tag", name) for name in sorted(tags)],
            "unsubscribed": False,
        }

    def _all(self, kind: str) -> list[str]:
        """Return the names of all tags or fields; those of the contacts exist from the start."""
        member = f"{kind}s"
        for contact in self._contacts.values():
            names = contact[member]
            assert isinstance(names, set | dict)
            for name in sorted(names):
                self._id_of(kind, name)
        return self._names[kind]

    def _id_of(self, kind: str, name: str) -> str:
        if name not in self._names[kind]:
            self._names[kind].append(name)
        return _id(kind, self._names[kind].index(name))

    def _apply(self, body: dict[str, object]) -> bool:
        """Change the contact; return False where its new address is another's."""
        addresses = {str(c["email"]): c for c in self._contacts.values()}
        if "newEmail" in body and body["newEmail"] in addresses:
            return False
        contact = addresses.get(str(body["email"]))
        if contact is None:
            contact = {"firstName": "", "tags": set(), "fields": {}}
            self._contacts[_id("contact", len(self._contacts))] = contact
        contact["email"] = body.get("newEmail", body["email"])
        if "firstName" in body:
            contact["firstName"] = body["firstName"]
        tags, fields = contact["tags"], contact["fields"]
        assert isinstance(tags, set)
        assert isinstance(fields, dict)
        tags |= {*_texts(body, "tags"), *_texts(body, "addTags")}
        tags -= set(_texts(body, "removeTags"))
        values = body.get("customFields", {})
        assert isinstance(values, dict)
        fields.update(values)
        return True


def answer_of(came_to: str) -> Answering:
    """Return how a write is answered that came to this."""
    match came_to:
        case "acted":
            return OK
        case "cut":
            return Reset()
        case "later":
            return json_answer(429, {"message": "slow down"}, {"Retry-After": "0"})
        case "refused":
            return json_answer(400, {"message": "no"})
        case _:
            return json_answer(500, {"message": "trouble"})


def _texts(body: Mapping[str, object], member: str) -> list[str]:
    values = body.get(member, [])
    assert isinstance(values, list)
    return values


def _id(kind: str, number: int) -> str:
    return f"{kind}_{number:022d}"
