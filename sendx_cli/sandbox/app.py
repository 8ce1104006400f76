"""SendX's contact API: a request in, a response out, over a port or in the process."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from http import HTTPStatus

from sendx_cli.core.contact.address import contact_key
from sendx_cli.sandbox.bodies import batch_in, identify_in, track_in
from sendx_cli.sandbox.ids import TEAM_ID, public_id
from sendx_cli.sandbox.messages import Refused, Request, Response, error_response, json_response
from sendx_cli.sandbox.reads import Reads
from sendx_cli.sandbox.records import Kept
from sendx_cli.sandbox.rules import Identify, identified, new_field_type, tracked
from sendx_cli.sandbox.store import Store, Transaction
from sendx_cli.sandbox.team import FieldType

BASE_PATH = "/api/v1/rest"
"""As in production; requests without it are accepted as well."""

_ANY_JSON = frozenset({"*/*", "application/*", "application/json"})
_ONE_CONTACT = re.compile(r"/contact/[^/]+\Z")


class App:
    """The API over one store.

    Args:
        store: Where the contacts are.
        key: The only key that is taken; None takes any that is not empty.
    """

    def __init__(self, store: Store, key: str | None = None) -> None:
        self._store = store
        self._key = key
        reads = Reads(store)
        self._routes: Mapping[str, tuple[str, Callable[[Request], Response]]] = {
            "/contact/identify": ("POST", self._identify),
            "/contact/identify/bulk": ("POST", self._identify_batch),
            "/contact/track": ("POST", self._track),
            **{path: ("GET", action) for path, action in reads.by_path.items()},
        }
        self._one_contact = ("GET", reads.contact)

    def answer(self, request: Request) -> Response:
        """Answer a request; invalid ones are answered as well, never raised."""
        try:
            self._check_key(request.headers)
            return self._action_for(request)(request)
        except Refused as refused:
            return refused.response
        except sqlite3.Error:
            return error_response(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _check_key(self, headers: Mapping[str, str]) -> None:
        # A prefix ("Token KEY") may stand before the key.
        words = headers.get("x-team-apikey", "").split()
        if not words or self._key not in {None, words[-1]}:
            raise Refused(HTTPStatus.UNAUTHORIZED)

    def _action_for(self, request: Request) -> Callable[[Request], Response]:
        path = request.path.removeprefix(BASE_PATH)
        route = self._routes.get(path)
        if route is None and not _ONE_CONTACT.match(path):
            raise Refused(HTTPStatus.NOT_FOUND)
        method, action = route or self._one_contact
        if request.method != method:
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": method})
        _check_formats(request.headers)
        return action

    def _identify(self, request: Request) -> Response:
        wanted = identify_in(request.body)
        with self._store.transaction() as transaction:
            kept = _apply(transaction, wanted)
        return _ok(members_of(kept))

    def _identify_batch(self, request: Request) -> Response:
        batch = batch_in(request.body)
        with self._store.transaction() as transaction:
            for wanted in batch:
                _apply(transaction, wanted)
        message = "All contacts processed successfully"
        return json_response(HTTPStatus.OK, {"status": "success", "message": message})

    def _track(self, request: Request) -> Response:
        wanted = track_in(request.body)
        key = contact_key(wanted.email)
        with self._store.transaction() as transaction:
            kept = transaction.find(key)
            if kept is None:
                raise Refused(HTTPStatus.NOT_FOUND)
            transaction.change(kept, key, tracked(kept.record, wanted))
        return _ok("success")


def members_of(kept: Kept) -> dict[str, object]:
    """Return a contact under the API's member names, as identify answers it."""
    record = kept.record
    return {
        "encryptedTeamId": TEAM_ID,
        "encryptedId": public_id("contact", kept.number),
        "email": record.email,
        "firstName": record.texts.get("firstName", ""),
        "lastName": record.texts.get("lastName", ""),
        "company": record.texts.get("company", ""),
        "birthday": record.texts.get("birthday", ""),
        "tags": list(record.tags),
        "customFields": dict(record.fields),
    }


def _apply(transaction: Transaction, wanted: Identify) -> Kept:
    key = contact_key(wanted.email)
    kept = transaction.find(key)
    if wanted.new_email is not None:
        new_key = contact_key(wanted.new_email)
        if new_key != key and transaction.find(new_key) is not None:
            raise Refused(HTTPStatus.CONFLICT)
        key = key if kept is None else new_key
    _check_lists(transaction, wanted)
    types = _with_new_fields(transaction, wanted)
    if kept is None:
        return transaction.add(key, identified(None, wanted, types))
    return transaction.change(kept, key, identified(kept.record, wanted, types))


def _check_lists(transaction: Transaction, wanted: Identify) -> None:
    # Documented for creating a contact: "Invalid list IDs will send our 400 error".
    for list_id in wanted.lists:
        if not transaction.has_list(list_id):
            raise Refused(HTTPStatus.BAD_REQUEST, f"Invalid list ID: {list_id}")


def _with_new_fields(transaction: Transaction, wanted: Identify) -> Mapping[str, FieldType]:
    """Create the custom fields that do not exist; return the types of all that are named."""
    types = transaction.field_types(wanted.fields)
    for name, value in wanted.fields.items():
        if name not in types:
            types[name] = new_field_type(value)
            transaction.add_field(name, types[name])
    return types


def _check_formats(headers: Mapping[str, str]) -> None:
    accepted = headers.get("accept", "*/*").lower().split(",")
    if not any(media.partition(";")[0].strip() in _ANY_JSON for media in accepted):
        raise Refused(HTTPStatus.NOT_ACCEPTABLE)
    media = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json")


def _ok(answered: object) -> Response:
    return json_response(HTTPStatus.OK, {"status": "200", "message": "OK", "data": answered})
