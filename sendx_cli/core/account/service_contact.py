"""A contact as the service has it, with names in place of ids."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sendx_cli.core.account.catalogue import Catalogue, field_key
from sendx_cli.core.account.paging import Item

OPT_OUT_FLAGS = ("unsubscribed", "bounced", "spam", "blocked", "dropped")
"""The members of a contact that say it gets no mail, in the order of the API's documentation."""

_TEXTS = {"first_name": "firstName", "last_name": "lastName", "company": "company"}


class ServiceContact(NamedTuple):
    """A contact of the account (GET /contact). It has no birthday there.

    Args:
        id: Its id, `contact_...`.
        email: Its address.
        first_name: Empty where it has none; the same holds for the other texts.
        last_name: Its last name.
        company: Its company.
        fields: Its custom fields by name, without those that are empty.
        tags: The names of its tags.
        lists: The ids of its lists.
        opt_outs: Which of `OPT_OUT_FLAGS` are set.
        unclear: Members that cannot be compared, by their names in `ContactValues` (`tags`,
            `fields`, ...): they are missing in the answer, or hold an unknown id.
        created: When it was created, as the service says it.
        updated: When it was last changed, as the service says it.
    """

    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    fields: Mapping[str, str] = {}
    tags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    opt_outs: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    created: str = ""
    updated: str = ""

    def to_text(self) -> str:
        """Return it as JSON, in ASCII: a value of the service may be no valid Unicode text."""
        return json.dumps(self._asdict(), separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> "ServiceContact":
        """Parse what `to_text` returned."""
        members: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in json.loads(text).items()
        }
        return cls(**members)


def service_contact(item: Item, catalogue: Catalogue) -> ServiceContact | None:
    """Read a contact of the service's answer; None if it has no address.

    Args:
        item: A member of GET /contact.
        catalogue: Explains its ids.
    """
    email = item.get("email")
    if not isinstance(email, str) or not email:
        return None
    unclear: set[str] = set()
    texts = {name: _text(item, api_name, name, unclear) for name, api_name in _TEXTS.items()}
    return ServiceContact(
        id=_text(item, "id", "id", unclear),
        email=email,
        **texts,
        fields=_fields(item.get("customFields"), catalogue, unclear),
        tags=_tags(item.get("tags"), catalogue, unclear),
        lists=_lists(item.get("lists"), unclear),
        opt_outs=tuple(flag for flag in OPT_OUT_FLAGS if item.get(flag) is True),
        unclear=tuple(sorted(unclear)),
        created=_moment(item.get("created")),
        updated=_moment(item.get("updated")),
    )


def _text(item: Item, api_name: str, name: str, unclear: set[str]) -> str:
    if api_name not in item:
        unclear.add(name)
        return ""
    value = item[api_name]
    if value is None or isinstance(value, str):
        return value or ""
    unclear.add(name)
    return ""


def _fields(value: object, catalogue: Catalogue, unclear: set[str]) -> dict[str, str]:
    if not isinstance(value, dict):
        # Where a contact has none, a service may well leave the member out or say null; but then
        # nothing tells "none" from "not shown".
        unclear.add("fields")
        return {}
    found: dict[str, str] = {}
    for field_id, content in value.items():
        known = catalogue.fields.get(field_key(field_id) or "")
        text = _field_text(content)
        if known is None or text is None:
            unclear.add("fields")
            found[field_id if known is None else known.name] = text or ""
        elif text:
            found[known.name] = text
    return found


def _field_text(content: object) -> str | None:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    return json.dumps(content) if isinstance(content, bool | int | float) else None


def _tags(value: object, catalogue: Catalogue, unclear: set[str]) -> tuple[str, ...]:
    ids = _ids(value, "tags", unclear)
    if any(tag not in catalogue.tags for tag in ids):
        unclear.add("tags")
    return tuple(dict.fromkeys(catalogue.tags.get(tag, tag) for tag in ids))


def _lists(value: object, unclear: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ids(value, "lists", unclear)))


def _ids(value: object, name: str, unclear: set[str]) -> list[str]:
    if not isinstance(value, list):
        unclear.add(name)
        return []
    ids = [one for one in value if isinstance(one, str)]
    if len(ids) < len(value):
        unclear.add(name)
    return ids


def _moment(value: object) -> str:
    return value if isinstance(value, str) else ""
