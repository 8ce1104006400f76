"""E-mail addresses: which can be sent, and which name the same contact."""

import re
import unicodedata

from sendx_cli.errors import InvalidValue

MAX_ADDRESS_BYTES = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""

_EVERYDAY = re.compile(
    r"(?=.{3,200}\Z)"
    r"(?P<local>[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+){0,7})"
    r"@(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?\.)+[A-Za-z]{2,24})\Z"
)
"""Plain ASCII addresses of the everyday kind: a subset of what the library takes, 30 times faster.

Whatever does not match is left to the library; a property test holds the two to one answer.
"""
_MAX_EVERYDAY_LOCAL = 64
_RESERVED = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
_EDGES = " \t\r\n\u00a0\u200b\u2060\ufeff"
_OUR_WORDS = {
    "The part after the @-sign is not valid. It should have a period": "the domain has no dot",
    "The part after the @-sign is not valid. It is not within a valid top-level domain": (
        "the domain has no valid ending"
    ),
    "The part after the @-sign is a special-use or reserved name that cannot be used with email": (
        "the domain is reserved, and has no mail"
    ),
    "The part after the @-sign": "the domain",
    "the part after the @-sign": "the domain",
}
"""What the library says, by what is said instead: the most special first."""
_CAPITAL = re.compile(r"(?:^|: |\()[A-Z](?=[a-z])")
_WRAPPED = re.compile(r"[^<>]*<([^<>]+)>\Z")


def parse_address(text: str) -> str:
    """Return the address as it is sent: as given, with the domain in lower case.

    The part before the `@` keeps its case and its `+tag`: only the service may decide what
    they mean. White space and invisible marks at both ends are taken off.

    Raises:
        InvalidValue: It is not an address that can receive mail.
    """
    address = text.strip(_EDGES)
    match = _EVERYDAY.match(address)
    if match and _is_everyday(match["local"], match["domain"]):
        return f"{match['local']}@{match['domain'].lower()}"
    return _parse_unusual(address)


def unwrap_address(text: str) -> str:
    """Take the bare address out of `Name <address>` and `mailto:address`, as exports hold them."""
    address = text.strip(_EDGES)
    if wrapped := _WRAPPED.match(address):
        address = wrapped[1].strip(_EDGES)
    if address[:7].lower() == "mailto:":
        address = address[7:]
    return address


def contact_key(address: str) -> str:
    """Return what two spellings of one contact's address have in common.

    The service matches addresses without regard to case; an internationalised domain is the
    same in both of its forms (RFC 5891).
    """
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        domain = _ascii_domain(domain)
    return f"{unicodedata.normalize('NFC', local).casefold()}@{domain.lower()}"


def _is_everyday(local: str, domain: str) -> bool:
    top = domain.rpartition(".")[2].lower()
    return len(local) <= _MAX_EVERYDAY_LOCAL and top not in _RESERVED and "--" not in domain


def _parse_unusual(address: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    if not address:
        raise InvalidValue("the address is empty")
    if "@" not in address:
        raise InvalidValue(f'not an address, it has no "@": {address}', where=address)
    _refuse_what_holds_an_address(address)
    if len(address.encode("utf-8", "surrogatepass")) > MAX_ADDRESS_BYTES:
        raise InvalidValue(f"address longer than {MAX_ADDRESS_BYTES} bytes", where=address)
    try:
        checked = validate_email(address, check_deliverability=False, strict=True)
    except (EmailNotValidError, UnicodeError) as error:
        raise InvalidValue(
            f"not an address that can receive mail: {_reason(str(error))}", where=address
        ) from None
    return f"{address.rpartition('@')[0]}@{_as_typed(address, checked.domain)}"


def _reason(text: str) -> str:
    """Return what the library says in our words, where there are any, and in our style."""
    for theirs, ours in _OUR_WORDS.items():
        text = text.replace(theirs, ours)
    text = text.rstrip(".").replace("\n", " ").replace(". ", ": ")
    return _CAPITAL.sub(lambda found: found[0].lower(), text)


def _refuse_what_holds_an_address(address: str) -> None:
    bare = unwrap_address(address)
    if bare != address:
        raise InvalidValue(f"use only the address: {bare}", where=address)
    if address.count("@") > 1 and re.search(r"[,;\s]", address):
        raise InvalidValue("more than one address where one is expected", where=address)


def _as_typed(address: str, normalised_domain: str) -> str:
    domain = address.rpartition("@")[2]
    return domain.lower() if domain.isascii() else normalised_domain


def _ascii_domain(domain: str) -> str:
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain
