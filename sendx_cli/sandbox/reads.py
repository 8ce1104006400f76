"""The endpoints that change nothing: tags, custom fields, lists, contacts, members."""

import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from sendx_cli.sandbox.messages import Refused, Request, Response, json_response
from sendx_cli.sandbox.queries import PageRule, page_in
from sendx_cli.sandbox.reading import Reading
from sendx_cli.sandbox.records import DatedContact
from sendx_cli.sandbox.shapes import (
    Members,
    contact_members,
    field_members,
    list_members,
    member_members,
    tag_members,
)
from sendx_cli.sandbox.store import Store
from sendx_cli.sandbox.team import OWNER, Member

_IDENTIFIER = re.compile(r"[a-z_]+_[A-Za-z0-9]{22}\Z")
_OWNER = Member(number=1, email=OWNER, full_name="Sandbox Owner", created="2024-01-01T00:00:00Z")

_TAG_PAGES = PageRule()
_FIELD_PAGES = PageRule(max_search=100)
# "max: 500" in the text, 100 in the schema.
_LIST_PAGES = PageRule(max_limit=500, max_search=100)
# 100 in the text, 1,000 in the schema.
_CONTACT_PAGES = PageRule(max_limit=1000, max_search=255)


class Reads:
    """The reads of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.by_path: Mapping[str, Callable[[Request], Response]] = {
            "/tag": self._tags,
            "/customfield": self._fields,
            "/list": self._lists,
            "/contact": self._contacts,
            "/team/member": self._members,
        }

    def contact(self, request: Request) -> Response:
        """Answer GET /contact/{id}: an address is no identifier."""
        identifier = request.path.rpartition("/")[2]
        if not _IDENTIFIER.match(identifier):
            raise Refused(HTTPStatus.BAD_REQUEST, "Invalid identifier format")
        with self._store.reading() as reading:
            found = reading.contact(identifier)
            if found is None:
                raise Refused(HTTPStatus.NOT_FOUND)
            (members,) = _with_ids(reading, [found])
        return json_response(HTTPStatus.OK, members)

    def _tags(self, request: Request) -> Response:
        page = page_in(request.query, _TAG_PAGES)
        with self._store.reading() as reading:
            found = reading.tags(page)
        return json_response(HTTPStatus.OK, list(map(tag_members, found)))

    def _fields(self, request: Request) -> Response:
        page = page_in(request.query, _FIELD_PAGES)
        with self._store.reading() as reading:
            found = reading.fields(page)
        return json_response(HTTPStatus.OK, list(map(field_members, found)))

    def _lists(self, request: Request) -> Response:
        page = page_in(request.query, _LIST_PAGES)
        with self._store.reading() as reading:
            found = reading.lists(page)
        return json_response(HTTPStatus.OK, list(map(list_members, found)))

    def _members(self, _request: Request) -> Response:
        with self._store.reading() as reading:
            found = reading.members() or [_OWNER]
        return json_response(HTTPStatus.OK, list(map(member_members, found)))

    def _contacts(self, request: Request) -> Response:
        page = page_in(request.query, _CONTACT_PAGES)
        with self._store.reading() as reading:
            members = _with_ids(reading, reading.contacts(page))
        return json_response(HTTPStatus.OK, members)


def _with_ids(reading: Reading, found: Sequence[DatedContact]) -> list[Members]:
    tags = reading.tag_numbers(name for contact in found for name in contact.record.tags)
    fields = reading.field_numbers(name for contact in found for name in contact.record.fields)
    return [contact_members(contact, tags, fields) for contact in found]
