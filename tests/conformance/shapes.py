"""The answers to reads, after SendX's OpenAPI description, as JSON Schema.

The description requires no member and forbids none; here all of them are required and no other is
allowed, so that one that is forgotten or mistyped is found.
"""

from collections.abc import Mapping

from jsonschema import Draft202012Validator, FormatChecker

Schema = Mapping[str, object]

TEXT: Schema = {"type": "string"}
NULLABLE: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
EMAIL: Schema = {"type": "string", "format": "email"}


def identifier(prefix: str) -> Schema:
    """22 letters and digits behind a prefix."""
    return {"type": "string", "pattern": f"^{prefix}_[a-zA-Z0-9]{{22}}$"}


def one_of(*values: int) -> Schema:
    return {"type": "integer", "enum": list(values)}


def array_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def whole(members: Mapping[str, Schema]) -> Schema:
    """All of these members and no others."""
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


TAG = whole({"id": identifier("tag"), "name": TEXT, "created": TIME, "updated": TIME})
CUSTOM_FIELD = whole(
    {
        "id": identifier("custom_field"),
        "name": TEXT,
        "type": one_of(0, 1, 2, 3, 4),
        "description": TEXT,
    }
)
LIST = whole(
    {
        "id": identifier("list"),
        "name": TEXT,
        "type": one_of(0, 1),
        "created": TIME,
        "updated": TIME,
    }
)
MEMBER = whole(
    {
        "id": identifier("member"),
        "email": EMAIL,
        "userName": TEXT,
        "fullName": TEXT,
        "avatarUrl": {"type": "string", "pattern": "^https://"},
        "created": TIME,
        "updated": TIME,
    }
)
CONTACT = whole(
    {
        "id": identifier("contact"),
        "firstName": NULLABLE,
        "lastName": NULLABLE,
        "email": EMAIL,
        "company": NULLABLE,
        "customFields": {
            "type": "object",
            "propertyNames": identifier("field"),
            "additionalProperties": TEXT,
        },
        "lists": array_of(identifier("list")),
        "tags": array_of(identifier("tag")),
        "unsubscribed": FLAG,
        "bounced": FLAG,
        "spam": FLAG,
        "blocked": FLAG,
        "dropped": FLAG,
        "created": TIME,
        "updated": TIME,
        "trackData": TEXT,
        "contactSource": one_of(1, 2, 3, 4),
        "pageSource": NULLABLE,
        "lastTrackedIp": {"type": ["string", "null"], "format": "ipv4"},
        "LTV": {"type": "integer"},
    }
)
ERROR = whole({"status": {"const": "error"}, "message": TEXT})

PAGES: Mapping[str, Schema] = {
    "/tag": array_of(TAG),
    "/customfield": array_of(CUSTOM_FIELD),
    "/list": array_of(LIST),
    "/contact": array_of(CONTACT),
    "/team/member": array_of(MEMBER),
}
"""What each path answers."""


def check(value: object, schema: Schema) -> None:
    """Fail where a value has another form."""
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(value)
