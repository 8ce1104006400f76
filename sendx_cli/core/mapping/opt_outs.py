"""Who left: columns, values and file names that say a person may not be mailed.

The API cannot mark a contact as unsubscribed, so a person who left another tool's list and is
identified here becomes mailable again. What cannot be told is therefore an error of its row.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from sendx_cli.core.mapping.opt_out_words import (
    CONSENT_HEADERS,
    LEAVING_HEADERS,
    LEFT,
    LOOSE_STATUS_HEADERS,
    NO,
    STATUS_HEADERS,
    STAYS,
    YES,
    value_key,
)
from sendx_cli.core.mapping.spellings import bare_key

NOTHING_SAID: frozenset[str] = frozenset()


class Standing(Enum):
    """What a cell says of its person."""

    STAYS = auto()
    LEFT = auto()
    UNCLEAR = auto()


class OptOutRule(Enum):
    """How a column says who left."""

    LEAVING = auto()
    """Filled, with anything but a *no*, means that they left: `UNSUB_TIME`, `email_disabled`."""
    CONSENT = auto()
    """Only a *yes* means that they agreed: `Accepts Email Marketing`. Empty is not a yes."""
    STATUS = auto()
    """One of several words: `Status` is `Active`, `Unsubscribed`, `Bounced`."""
    SAID = auto()
    """The same, for a column of which `--map` says it: `--left-values` may tell the words."""

    def standing(self, text: str, left_values: frozenset[str] = NOTHING_SAID) -> Standing:
        """Return what a cell of such a column says.

        Args:
            text: The cell.
            left_values: Keys of the words that `--left-values` says mean leaving. In a column
                that was named by `--map` all other words mean staying then.
        """
        value = value_key(text)
        if value in left_values:
            return Standing.LEFT
        if self is OptOutRule.LEAVING:
            # `0000-00-00 00:00:00` is how MySQL writes no date.
            return Standing.STAYS if value in NO or not value.strip("0") else Standing.LEFT
        if self is OptOutRule.CONSENT:
            return _consent(value)
        if value in LEFT:
            return Standing.LEFT
        is_complete = self is OptOutRule.SAID and bool(left_values)
        return Standing.STAYS if is_complete or not value or value in STAYS else Standing.UNCLEAR


_FILE_NAME = re.compile(
    r"(?P<word>(?:un|non[-_ ]?)subscribed|cleaned|bounced|suppressed)(?=[-_ .(]|\Z)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class OptedOutFile:
    """A file whose name says that everybody in it left.

    Args:
        word: The word of the name that says so.
    """

    word: str


def opt_out_rule(name: str) -> OptOutRule | None:
    """Return how a column of this name says who left, or None."""
    key = bare_key(name)
    if key in LEAVING_HEADERS:
        return OptOutRule.LEAVING
    if key in CONSENT_HEADERS:
        return OptOutRule.CONSENT
    return OptOutRule.STATUS if key in STATUS_HEADERS else None


def is_only_opt_out(name: str) -> bool:
    """Tell whether a column of this name holds nothing else, and need not be explained."""
    return opt_out_rule(name) is not None and bare_key(name) not in LOOSE_STATUS_HEADERS


def opted_out_by_file_name(file_name: str) -> OptedOutFile | None:
    """Return what a file's name says of everybody in it.

    Mailchimp's export is a ZIP of `subscribed_...csv`, `unsubscribed_...csv` and
    `cleaned_...csv`, with nothing in the rows to tell them apart.
    """
    match = _FILE_NAME.match(file_name)
    return None if match is None else OptedOutFile(match["word"].lower())


def _consent(value: str) -> Standing:
    if value in YES or value in STAYS:
        return Standing.STAYS
    if value in NO or value in LEFT:
        return Standing.LEFT
    return Standing.UNCLEAR
