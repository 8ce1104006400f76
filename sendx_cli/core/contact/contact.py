"""What a request says of a contact: who they are (`Identify`), what they did (`Track`)."""

from datetime import date
from typing import ClassVar

from sendx_cli.core.contact import members, validation
from sendx_cli.core.contact.address import contact_key
from sendx_cli.core.contact.members import ContactValues
from sendx_cli.errors import InvalidValue


class Identify(ContactValues):
    """Create or update a contact. Additive: what is not named stays (POST /contact/identify)."""

    __slots__ = ()
    action: ClassVar[str] = members.IDENTIFY
    path: ClassVar[str] = "/contact/identify"

    @classmethod
    def checked(cls, values: ContactValues, *, today: date) -> "Identify":
        """Check every value.

        Raises:
            InvalidValue: One of them cannot be sent.
        """
        return cls(**members.checked(cls.action, values, today=today))

    @property
    def payload(self) -> dict[str, object]:
        """The JSON body, without empty members, in the order of the API's documentation."""
        return members.payload_of(self.action, self)

    @property
    def counts_twice(self) -> bool:
        """Whether sending it again would change the contact again (`++5`, `--5`)."""
        return any(validation.counts(value) for _, value in self.fields)

    @property
    def is_repeatable(self) -> bool:
        """Whether it may be sent again although it could have arrived.

        A change of address may not: once it is made, it would be refused as the new one is taken,
        or create a contact at the old one.
        """
        moves = self.new_email is not None and len(set(self.contact_keys)) > 1
        return not (moves or self.counts_twice)

    @property
    def contact_keys(self) -> tuple[str, ...]:
        """The contacts it concerns: rows that share one of these must keep their order."""
        addresses = (self.email,) if self.new_email is None else (self.email, self.new_email)
        return tuple(contact_key(address) for address in addresses)


class Track(ContactValues):
    """Add and remove a contact's tags, which can start automations (POST /contact/track)."""

    __slots__ = ()
    action: ClassVar[str] = members.TRACK
    path: ClassVar[str] = "/contact/track"
    counts_twice: ClassVar[bool] = False
    is_repeatable: ClassVar[bool] = False

    @classmethod
    def checked(cls, values: ContactValues, *, today: date) -> "Track":
        """Check every value.

        Raises:
            InvalidValue: One cannot be sent, there is no tag, or one is both added and removed.
        """
        contact = cls(**members.checked(cls.action, values, today=today))
        if not contact.add_tags and not contact.remove_tags:
            raise InvalidValue("no tag to add or remove", hint="use --add-tag or --remove-tag")
        for tag in contact.add_tags:
            if tag in contact.remove_tags:
                raise InvalidValue(f"tag {tag} is both added and removed")
        return contact

    @property
    def payload(self) -> dict[str, object]:
        """The JSON body, without empty members."""
        return members.payload_of(self.action, self)

    @property
    def contact_keys(self) -> tuple[str, ...]:
        """The contact it concerns."""
        return (contact_key(self.email),)


Contact = Identify | Track
"""A checked value that one request carries."""


def check_contact(action: str, values: ContactValues, *, today: date) -> Contact:
    """Return the contact for `action`, with all values checked.

    Args:
        action: `identify` or `track`.
        values: The values, unchecked.
        today: The current day; no birthday may be after it.

    Raises:
        InvalidValue: It cannot be sent.
    """
    if action == Track.action:
        return Track.checked(values, today=today)
    return Identify.checked(values, today=today)
