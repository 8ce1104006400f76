"""Who left: columns, values and file names that say a person may not be mailed.

The API cannot mark a contact as unsubscribed, so a person who left another tool's list and is
identified here becomes mailable again. What cannot be told is therefore an error of its row.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from sendx_cli.core.spellings import column_key


class Standing(Enum):
    """What a cell says of its person."""

    STAYS = auto()
    LEFT = auto()
    UNCLEAR = auto()


class DepartureRule(Enum):
    """How a column says who left."""

    LEAVING = auto()
    """Filled, with anything but a *no*, means that they left: `UNSUB_TIME`, `email_disabled`."""
    CONSENT = auto()
    """Only a *yes* means that they agreed: `Accepts Email Marketing`. Empty is not a yes."""
    STATUS = auto()
    """One of several words: `Status` is `Active`, `Unsubscribed`, `Bounced`."""

    def standing(self, text: str) -> Standing:
        """Return what a cell of such a column says."""
        value = column_key(text)
        if self is DepartureRule.LEAVING:
            return Standing.STAYS if value in _NO else Standing.LEFT
        if self is DepartureRule.CONSENT:
            return _consent(value)
        if value in _LEFT_WORDS:
            return Standing.LEFT
        return Standing.STAYS if not value or value in _STAYS_WORDS else Standing.UNCLEAR


_NO = frozenset({"", "no", "n", "false", "f", "0", "off", "never", "none", "null", "na"})
_YES = frozenset({"yes", "y", "true", "t", "1", "on", "agreed", "granted", "accepted", "ok"})
_STAYS_WORDS = frozenset(
    {"active", "subscribed", "confirmed", "optedin", "optin", "enabled", "valid"}
)
_LEFT_WORDS = frozenset(
    [
        "unsubscribed",
        "bounced",
        "hardbounced",
        "hardbounce",
        "softbounced",
        "cleaned",
        "complained",
        "complaint",
        "spamcomplaint",
        "spam",
        "suppressed",
        "blocked",
        "blocklisted",
        "blacklisted",
        "optedout",
        "optout",
        "unconfirmed",
        "nonsubscribed",
        "neversubscribed",
        "notsubscribed",
        "unsubscribe",
        "invalid",
        "deleted",
        "removed",
        "cancelled",
        "canceled",
        "inactive",
    ]
)
_KEYS = {
    DepartureRule.LEAVING: (
        "unsubtime unsubreason unsubreasonother unsubcampaigntitle unsubcampaignid cleantime "
        "cleancampaigntitle cleancampaignid unsubscribed unsubscribedat unsubscribedate "
        "unsubscribedfromallemail unsubscribedon isunsubscribed dateunsubscribed bounced "
        "bouncedat isbounced hardbounce hardbounced emailhardbouncereason emailbouncedreason "
        "emailbounceddate emailblacklisted blacklisted emailblocklisted blocklisted blocked "
        "suppressed issuppressed emailsuppressions emaildisabled optedout optout emailoptout "
        "emailoptedout hasoptedoutofemail donotemail donotcontact complained spamcomplaint"
    ),
    DepartureRule.CONSENT: (
        "acceptsemailmarketing acceptsmarketing emailmarketingconsent consent emailconsent "
        "marketingconsent optin optedin emailoptin marketingoptin emailsubscribed subscribed "
        "issubscribed newsletter newsletterconsent gdprconsent"
    ),
    DepartureRule.STATUS: (
        "status emailstatus subscriptionstatus subscriberstatus contactstatus memberstatus "
        "emailmarketingstatus subscribestatus"
    ),
}
_RULES = {key: rule for rule, keys in _KEYS.items() for key in keys.split()}
_FILE_NAME = re.compile(
    r"(?P<word>(?:un|non[-_ ]?)subscribed|cleaned|bounced|suppressed)(?=[-_ .(]|\Z)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FileDeparture:
    """A file whose name says that everybody in it left.

    Args:
        word: The word of the name that says so.
    """

    word: str


def departure_rule(name: str) -> DepartureRule | None:
    """Return how a column of this name says who left, or None."""
    return _RULES.get(column_key(name))


def departure_by_file_name(file_name: str) -> FileDeparture | None:
    """Return what a file's name says of everybody in it.

    Mailchimp's export is a ZIP of `subscribed_...csv`, `unsubscribed_...csv` and
    `cleaned_...csv`, with nothing in the rows to tell them apart.
    """
    match = _FILE_NAME.match(file_name)
    return None if match is None else FileDeparture(match["word"].lower())


def _consent(value: str) -> Standing:
    if value in _YES or value in _STAYS_WORDS:
        return Standing.STAYS
    if value in _NO or value in _LEFT_WORDS:
        return Standing.LEFT
    return Standing.UNCLEAR
