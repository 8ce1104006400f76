"""What the custom fields of an account take, by their type (GET /customfield).

Text of 255 characters at most, an integer or a decimal, `YYYY-MM-DD`, `true` or `false`, a phone
number in its international form.
"""

import re
from collections.abc import Mapping

from sendx_cli.core.account.catalogue import FieldType
from sendx_cli.core.contact.validation import MAX_TEXT_LENGTH, counts
from sendx_cli.core.mapping.dates import DateOrder, parse_birthday
from sendx_cli.errors import InvalidValue

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z", re.ASCII)
_PHONE = re.compile(r"\+(?:[ ().-]*\d){7,15}\Z", re.ASCII)
_COUNT_SIGN = 2


def field_value(name: str, kind: FieldType, text: str, order: DateOrder) -> str:
    """Return a value as its custom field takes it: a date as `YYYY-MM-DD`, all else unchanged.

    Args:
        name: The field's name.
        kind: Its type in the account.
        text: The value, or `++5` or `--5` to count.
        order: The order of a date's parts that does not begin with its year.

    Raises:
        InvalidValue: The field would get something else than it takes. The message ends in the
            value.
    """
    if counts(text):
        return _count(name, kind, text)
    if kind is FieldType.DATE:
        return _date(name, text, order)
    pattern, noun, hint = _TAKES[kind]
    if not pattern.match(text):
        raise InvalidValue(f"custom field {name} takes {noun}: {text}", hint=hint)
    return text


def _count(name: str, kind: FieldType, text: str) -> str:
    if kind is not FieldType.NUMBER:
        raise InvalidValue(
            f"custom field {name} is not a number in the account, so it cannot count: {text}",
            hint="only fields of type number can",
        )
    if not _NUMBER.match(text[_COUNT_SIGN:]):
        raise InvalidValue(f"custom field {name} counts by a number: {text}", hint="as in ++5")
    return text


def _date(name: str, text: str, order: DateOrder) -> str:
    try:
        return parse_birthday(text, order)
    except InvalidValue as error:
        hint = _date_hint(error.message.partition(": ")[0], order)
        raise InvalidValue(f"custom field {name} takes a date: {text}", hint=hint) from None


def _date_hint(why: str, order: DateOrder) -> str:
    if why == "not a date":
        return "write it as YYYY-MM-DD"
    if why.startswith("not a date in the order"):
        is_ymd = order is DateOrder.YMD
        why = "it does not begin with its year" if is_ymd else "it has no year of four digits"
    return f"{why}: write it as YYYY-MM-DD"


_TAKES: Mapping[FieldType, tuple[re.Pattern[str], str, str]] = {
    FieldType.TEXT: (
        re.compile(rf".{{0,{MAX_TEXT_LENGTH}}}\Z", re.DOTALL),
        f"{MAX_TEXT_LENGTH} characters at most",
        "shorten it",
    ),
    FieldType.NUMBER: (_NUMBER, "a number", "an integer or a decimal, as in 3.5"),
    FieldType.BOOLEAN: (re.compile(r"(?:true|false)\Z"), "true or false", "in lower case"),
    FieldType.PHONE: (
        _PHONE,
        "a phone number",
        "in its international form, as in +4915112345678",
    ),
}
