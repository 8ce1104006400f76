"""What is read, under the API's member names (`RestR...` in SendX's OpenAPI description)."""

from collections.abc import Mapping

from sendx_cli.sandbox.ids import public_id
from sendx_cli.sandbox.records import DatedContact
from sendx_cli.sandbox.team import ContactList, CustomField, Member, Tag, field_key, tag_id

FLAGS = ("unsubscribed", "bounced", "spam", "blocked", "dropped")
"""Members of a contact that say why it is not mailed."""

_FROM_THE_API = 1
_AVATARS = "https://sandbox.invalid/avatars"

Members = dict[str, object]


def tag_members(tag: Tag) -> Members:
    """Return a tag as GET /tag answers it."""
    return {"id": tag.id, "name": tag.name, "created": tag.created, "updated": tag.created}


def field_members(field: CustomField) -> Members:
    """Return a custom field as GET /customfield answers it."""
    return {
        "id": field.id,
        "name": field.name,
        "type": int(field.type),
        "description": field.description,
    }


def list_members(found: ContactList) -> Members:
    """Return a list as GET /list answers it."""
    return {
        "id": found.id,
        "name": found.name,
        "type": int(found.is_double_opt_in),
        "created": found.created,
        "updated": found.created,
    }


def member_members(member: Member) -> Members:
    """Return a member of the team as GET /team/member answers it."""
    identifier = public_id("member", member.number)
    return {
        "id": f"member_{identifier}",
        "email": member.email,
        "userName": member.email.partition("@")[0],
        "fullName": member.full_name,
        "avatarUrl": f"{_AVATARS}/{identifier}.png",
        "created": member.created,
        "updated": member.created,
    }


def contact_members(
    contact: DatedContact, tags: Mapping[str, int], fields: Mapping[str, int]
) -> Members:
    """Return a contact as GET /contact answers it: ids for names, and no birthday.

    Args:
        contact: The contact.
        tags: The numbers of its tags, by name.
        fields: The numbers of its custom fields, by name.
    """
    record = contact.record
    return {
        "id": contact.id,
        "firstName": record.texts.get("firstName", ""),
        "lastName": record.texts.get("lastName", ""),
        "email": record.email,
        "company": record.texts.get("company", ""),
        "customFields": {field_key(fields[name]): value for name, value in record.fields.items()},
        "lists": list(record.lists),
        "tags": [tag_id(tags[name]) for name in record.tags],
        **{flag: flag in record.flags for flag in FLAGS},
        "created": contact.created,
        "updated": contact.updated,
        "trackData": "",
        "contactSource": _FROM_THE_API,
        "pageSource": "",
        "lastTrackedIp": None,
        "LTV": 0,
    }
