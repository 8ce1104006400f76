"""What can be said of a contact: who they are (`Identify`) and what they did (`Track`)."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, NamedTuple

from sendx_cli.core import checking
from sendx_cli.core.address import contact_key, parse_address
from sendx_cli.errors import InvalidValue


class _IdentifyMembers(NamedTuple):
    email: str
    new_email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    birthday: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


class Identify(_IdentifyMembers):
    """Create or update a contact. Additive: what is not named stays (POST /contact/identify)."""

    __slots__ = ()
    action: ClassVar[str] = "identify"
    path: ClassVar[str] = "/contact/identify"

    @classmethod
    def checked(
        cls,
        email: str,
        *,
        today: date,
        new_email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        company: str | None = None,
        birthday: str | None = None,
        fields: Iterable[tuple[str, str]] = (),
        tags: Iterable[str] = (),
        lists: Iterable[str] = (),
    ) -> "Identify":
        """Check every value.

        Raises:
            InvalidValue: One of them cannot be sent.
        """
        return cls(
            email=_check_email("email", email),
            new_email=None if new_email is None else _check_email("new email", new_email),
            first_name=_check_optional("first name", first_name),
            last_name=_check_optional("last name", last_name),
            company=_check_optional("company", company),
            birthday=None if birthday is None else checking.check_birthday(birthday, today=today),
            fields=checking.check_fields(fields),
            tags=checking.check_tags("tag", tags),
            lists=checking.check_lists(lists),
        )

    @property
    def payload(self) -> dict[str, object]:
        """The JSON body, without empty members, in the order of the API's documentation."""
        members = {
            "email": self.email,
            "newEmail": self.new_email,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "company": self.company,
            "birthday": self.birthday,
            "customFields": dict(self.fields),
            "tags": list(self.tags),
            "lists": list(self.lists),
        }
        return {name: value for name, value in members.items() if value}

    @property
    def counts_twice(self) -> bool:
        """Whether sending it again would change the contact again (`++5`, `--5`)."""
        return any(checking.counts(value) for _, value in self.fields)

    @property
    def is_repeatable(self) -> bool:
        """Whether it may be sent again although it could have arrived."""
        return not self.counts_twice

    @property
    def contact_keys(self) -> tuple[str, ...]:
        """Whom it concerns: rows that share one of these must keep their order."""
        addresses = (self.email,) if self.new_email is None else (self.email, self.new_email)
        return tuple(contact_key(address) for address in addresses)


class _TrackMembers(NamedTuple):
    email: str
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


class Track(_TrackMembers):
    """Add and remove a contact's tags, which can start automations (POST /contact/track)."""

    __slots__ = ()
    action: ClassVar[str] = "track"
    path: ClassVar[str] = "/contact/track"
    counts_twice: ClassVar[bool] = False
    is_repeatable: ClassVar[bool] = False

    @classmethod
    def checked(
        cls, email: str, *, add_tags: Iterable[str] = (), remove_tags: Iterable[str] = ()
    ) -> "Track":
        """Check every value.

        Raises:
            InvalidValue: One cannot be sent, no tag is named, or one stands on both sides.
        """
        added = checking.check_tags("tag to add", add_tags)
        removed = checking.check_tags("tag to remove", remove_tags)
        if not added and not removed:
            raise InvalidValue("no tag to add or remove", hint="give --add-tag or --remove-tag")
        for tag in added:
            if tag in removed:
                raise InvalidValue(f"tag {tag} is both added and removed")
        return cls(email=_check_email("email", email), add_tags=added, remove_tags=removed)

    @property
    def payload(self) -> dict[str, object]:
        """The JSON body, without empty members."""
        members = {
            "email": self.email,
            "addTags": list(self.add_tags),
            "removeTags": list(self.remove_tags),
        }
        return {name: value for name, value in members.items() if value}

    @property
    def contact_keys(self) -> tuple[str, ...]:
        """Whom it concerns."""
        return (contact_key(self.email),)


Contact = Identify | Track
"""A checked value that one request carries."""


def _check_email(name: str, text: str) -> str:
    return checking.check_text(name, parse_address(text))


def _check_optional(name: str, text: str | None) -> str | None:
    return None if text is None else checking.check_text(name, text)
