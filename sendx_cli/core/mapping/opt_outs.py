"""Opt-outs: columns, values and file names that mark people who must not be mailed.

The API cannot mark a contact as unsubscribed, so a person who opted out in another tool and is
identified here becomes mailable again. An unclear value is therefore an error of its row.
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

NO_VALUES: frozenset[str] = frozenset()


class Standing(Enum):
    """What a cell means for its row: to be sent, an opt-out, or unclear."""

    STAYS = auto()
    LEFT = auto()
    UNCLEAR = auto()


class OptOutRule(Enum):
    """How the cells of a column mark opt-outs."""

    LEAVING = auto()
    """Anything but empty or a *no* means an opt-out: `UNSUB_TIME`, `email_disabled`."""
    CONSENT = auto()
    """Only a *yes* means consent: `Accepts Email Marketing`. An empty cell is not a yes."""
    STATUS = auto()
    """One of several words: `Status` is `Active`, `Unsubscribed`, `Bounced`."""
    NAMED = auto()
    """The same, for a column named in `--map`, whose words may be given by `--opt-out-values`."""

    def standing(self, text: str, opt_out_values: frozenset[str] = NO_VALUES) -> Standing:
        """Return what a cell of such a column means.

        Args:
            text: The cell.
            opt_out_values: Keys of the words given by `--opt-out-values`. In a column named by
                `--map` they are complete: no other word means an opt-out then.
        """
        value = value_key(text)
        if value in opt_out_values:
            return Standing.LEFT
        if self is OptOutRule.LEAVING:
            # `0000-00-00 00:00:00` is how MySQL writes no date.
            return Standing.STAYS if value in NO or not value.strip("0") else Standing.LEFT
        if self is OptOutRule.CONSENT:
            return _consent(value)
        if value in LEFT:
            return Standing.LEFT
        is_complete = self is OptOutRule.NAMED and bool(opt_out_values)
        return Standing.STAYS if is_complete or not value or value in STAYS else Standing.UNCLEAR


_FILE_NAME = re.compile(
    r"(?P<word>(?:un|non[-_ ]?)subscribed|cleaned|bounced|suppressed)(?=[-_ .(]|\Z)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class OptedOutFile:
    """A file whose name marks all of its rows as opt-outs.

    Args:
        word: The word of the name that does.
    """

    word: str


def opt_out_rule(name: str) -> OptOutRule | None:
    """Return how a column of this name marks opt-outs, or None."""
    key = bare_key(name)
    if key in LEAVING_HEADERS:
        return OptOutRule.LEAVING
    if key in CONSENT_HEADERS:
        return OptOutRule.CONSENT
    return OptOutRule.STATUS if key in STATUS_HEADERS else None


def is_only_opt_out(name: str) -> bool:
    """Return whether a column of this name has no other purpose, and needs no mapping."""
    return opt_out_rule(name) is not None and bare_key(name) not in LOOSE_STATUS_HEADERS


def opted_out_by_file_name(file_name: str) -> OptedOutFile | None:
    """Return whether, and by which word, a file's name marks all of its rows as opt-outs.

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
