"""The way back from a request's body to the contact that it carries."""

from collections.abc import Mapping
from typing import cast

from sendx_cli.core.contact import Contact, Identify, Track


def contact_from(action: str, payload: Mapping[str, object]) -> Contact:
    """Return the contact whose `payload` this is. Nothing is checked again.

    Args:
        action: `identify` or `track`.
        payload: The JSON body as `Identify.payload` or `Track.payload` made it.
    """
    return _track_from(payload) if action == Track.action else _identify_from(payload)


def _identify_from(payload: Mapping[str, object]) -> Identify:
    fields = cast("Mapping[str, str]", payload.get("customFields", {}))
    return Identify(
        email=cast("str", payload["email"]),
        new_email=_text(payload, "newEmail"),
        first_name=_text(payload, "firstName"),
        last_name=_text(payload, "lastName"),
        company=_text(payload, "company"),
        birthday=_text(payload, "birthday"),
        fields=tuple(fields.items()),
        tags=_texts(payload, "tags"),
        lists=_texts(payload, "lists"),
    )


def _track_from(payload: Mapping[str, object]) -> Track:
    return Track(
        email=cast("str", payload["email"]),
        add_tags=_texts(payload, "addTags"),
        remove_tags=_texts(payload, "removeTags"),
    )


def _text(payload: Mapping[str, object], name: str) -> str | None:
    return cast("str | None", payload.get(name))


def _texts(payload: Mapping[str, object], name: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", payload.get(name, [])))
