"""The suite of https://github.com/dominicsayers/isemail."""

import xml.etree.ElementTree as ET

from sendx_cli.core.contact.address import parse_address
from sendx_cli.errors import InvalidValue
from tests.torture.suites import suite

TAKEN = {"ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN"}
"""What may be sent; all other categories are refused: no mail service delivers to comments,
quoted names, address literals and obsolete forms, and most that have them are slips."""

REFUSED_ALTHOUGH_RIGHT = {"test@io": "no domain without a period takes mail"}
EDGES = " \t\r\n"
"""Taken off first: around a cell they are no part of the address."""


def cases() -> list[tuple[str, str]]:
    tree = ET.parse(suite("isemail", "test", "tests.xml"))
    found: list[tuple[str, str]] = []
    for test in tree.getroot().iter("test"):
        text = test.findtext("address") or ""
        address = "".join(chr(ord(c) - 0x2400) if 0x2400 <= ord(c) <= 0x2420 else c for c in text)
        if address == address.strip(EDGES):
            found.append((address, test.findtext("category") or ""))
    assert len(found) > 130
    return found


def test_each_address_is_taken_as_it_stands_or_refused() -> None:
    """An address that is wrong, or that nobody delivers to, is never sent."""
    taken, refused = set[str](), set[str]()
    for address, category in cases():
        try:
            parsed = parse_address(address)
        except InvalidValue:
            if category in TAKEN:
                refused.add(address)
            continue
        local, _, domain = address.rpartition("@")
        assert parsed == f"{local}@{domain.lower()}"
        if category not in TAKEN:
            taken.add(f"{address} {category}")
    assert not taken
    assert refused == set(REFUSED_ALTHOUGH_RIGHT)
