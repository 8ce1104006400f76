"""Making a contact from the payload of its request."""

from collections.abc import Mapping

from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.contact.members import values_in

UNDO = "undo"
"""The action of a run that takes another one back."""
_TRACKED = frozenset({"addTags", "removeTags"})


def contact_from(action: str, payload: Mapping[str, object]) -> Contact:
    """Return the contact with this `payload`. Nothing is checked again.

    Args:
        action: `identify`, `track`, or `undo`, whose payloads are of either kind.
        payload: The JSON body as `Identify.payload` or `Track.payload` made it.
    """
    if action == UNDO:
        action = Track.action if not _TRACKED.isdisjoint(payload) else Identify.action
    values = values_in(action, payload)
    return Track(**values) if action == Track.action else Identify(**values)
