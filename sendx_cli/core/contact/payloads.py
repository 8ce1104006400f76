"""The way back from a request's body to the contact that it carries."""

from collections.abc import Mapping

from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.contact.members import values_in


def contact_from(action: str, payload: Mapping[str, object]) -> Contact:
    """Return the contact whose `payload` this is. Nothing is checked again.

    Args:
        action: `identify` or `track`.
        payload: The JSON body as `Identify.payload` or `Track.payload` made it.
    """
    values = values_in(action, payload)
    return Track(**values) if action == Track.action else Identify(**values)
