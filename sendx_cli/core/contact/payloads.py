"""Making a contact from the payload of its request."""

from collections.abc import Mapping

from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.contact.members import values_in


def contact_from(action: str, payload: Mapping[str, object]) -> Contact:
    """Return the contact with this `payload`. Nothing is checked again.

    Args:
        action: `identify` or `track`.
        payload: The JSON body as `Identify.payload` or `Track.payload` made it.
    """
    values = values_in(action, payload)
    return Track(**values) if action == Track.action else Identify(**values)
