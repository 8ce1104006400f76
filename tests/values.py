"""Contacts and rows, as tests write them down."""

from datetime import date
from typing import Any

from sendx_cli.core.contact.contact import Identify, Track
from sendx_cli.core.contact.members import ContactValues
from sendx_cli.core.mapping.source_rows import RowValues

TODAY = date(2026, 1, 31)


def row(line: int, email: str, *, notes: tuple[str, ...] = (), **values: Any) -> RowValues:
    """Return what a row says of its contact."""
    return RowValues(line, ContactValues(email, **values), notes)


def identify(email: str, *, today: date = TODAY, **values: Any) -> Identify:
    """Return a checked identify; tags and the like may be any sequence."""
    return Identify.checked(ContactValues(email, **values), today=today)


def track(email: str, **values: Any) -> Track:
    """Return a checked track."""
    return Track.checked(ContactValues(email, **values), today=TODAY)
