"""The exports of other tools, recognised by their header, and the mapping of their columns."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.core.mapping.spellings import Target, column_key
from sendx_cli.core.mapping.tag_cells import TagStyle


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One tool's export.

    Args:
        name: The tool.
        signatures: Groups of columns; a header with all columns of any group is this export.
        targets: The targets of its own columns, by key, over the usual spellings.
        ignored: Its columns that SendX has no use for, by key.
        ignored_pattern: The same, for numbered columns and the like.
        is_not_opt_out: Columns that look like opt-out columns, and are none here.
        tag_style: How a cell holds several values.
        date_order: The order of its dates, if they do not determine it themselves.
        empty_dates: Values that mean no date.
        marks_text: Whether an apostrophe precedes numbers that are meant as text.
        joins_addresses: Whether a cell may hold several addresses, joined by ` ::: `.
    """

    name: str
    signatures: tuple[frozenset[str], ...]
    targets: dict[str, Target] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    ignored_pattern: re.Pattern[str] | None = None
    is_not_opt_out: frozenset[str] = frozenset()
    tag_style: TagStyle = TagStyle.USUAL
    date_order: DateOrder | None = None
    empty_dates: frozenset[str] = frozenset()
    marks_text: bool = False
    joins_addresses: bool = False

    def matches(self, keys: Collection[str]) -> bool:
        """Return whether a header with these keys is this export."""
        return any(signature.issubset(keys) for signature in self.signatures)

    def ignores(self, key: str) -> bool:
        """Return whether SendX has no use for the column with this key."""
        return key in self.ignored or bool(
            self.ignored_pattern and self.ignored_pattern.fullmatch(key)
        )


NO_PRESET = Preset(name="", signatures=())
"""The preset of a file that is not recognised as an export."""


def find_preset(keys: Collection[str]) -> Preset:
    """Return the preset for a header with these keys, or `NO_PRESET`."""
    return next((preset for preset in PRESETS if preset.matches(keys)), NO_PRESET)


def _keys(names: str) -> frozenset[str]:
    return frozenset(column_key(name) for name in names.split(","))


PRESETS = (
    Preset(
        name="Mailchimp",
        signatures=(
            _keys("Email Address,LEID,EUID"),
            _keys("Email Address,MEMBER_RATING,OPTIN_TIME"),
        ),
        ignored=_keys(
            "MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,"
            "DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES"
        ),
        tag_style=TagStyle.QUOTED,
    ),
    Preset(
        name="Shopify",
        signatures=(
            _keys("Email,Accepts Email Marketing,Total Spent"),
            _keys("Email,Accepts Marketing,Total Spent"),
        ),
        ignored=_keys(
            "Customer ID,Accepts SMS Marketing,Phone,Total Spent,Total Orders,Note,Tax Exempt,"
            "Address1,Address2,City,Province,Province Code,Country,Country Code,Zip"
        ),
        ignored_pattern=re.compile(r"defaultaddress(?!company\Z).*"),
        tag_style=TagStyle.COMMA,
        marks_text=True,
    ),
    Preset(
        name="Stripe",
        signatures=(_keys("id,Email,Created (UTC),Delinquent"),),
        # One cell holds the whole name, of a person or a firm: it is not taken apart unasked.
        targets={"name": Target.FIRST_NAME, "customername": Target.FIRST_NAME},
        ignored=_keys(
            "id,Description,Created (UTC),Delinquent,Plan,Status,Total Spend,Payment Count,"
            "Refunded Volume,Dispute Losses,Card ID,Card Last4,Card Brand,Card Funding,"
            "Card Exp Month,Card Exp Year,Card Name,Card Address Line1,Card Address Line2,"
            "Card Address City,Card Address State,Card Address Country,Card Address Zip,"
            "Card Issue Country,Card Fingerprint,Card CVC Status,Card AVS Zip Status,"
            "Card AVS Line1 Status,Card Tokenization Method,Currency,Default Source,Delinquent,"
            "Account Balance,Business Vat ID"
        ),
        is_not_opt_out=_keys("Status"),
    ),
    Preset(
        name="WooCommerce",
        signatures=(_keys("Name,Username,Last Active,Email,Total Spend"),),
        targets={"name": Target.FIRST_NAME},
        ignored=_keys(
            "Username,Last Active,Sign Up,Date Registered,Orders,Total Spend,AOV,"
            "Country / Region,City,Region,Postal Code"
        ),
    ),
    Preset(
        name="Google Contacts",
        signatures=(_keys("E-mail 1 - Value"), _keys("First Name,Last Name,E-mail 1 - Label")),
        targets={"groupmembership": Target.TAGS, "organization1name": Target.COMPANY},
        ignored=_keys(
            "Name,Middle Name,Additional Name,Phonetic First Name,Phonetic Middle Name,"
            "Phonetic Last Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,"
            "Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name,File As,"
            "Organization Title,Organization Department,Gender,Location,Billing Information,"
            "Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,Notes,"
            "Language,Photo"
        ),
        ignored_pattern=re.compile(
            r"email1(?:label|type)|email(?:[2-9]|\d\d).*|organization1(?!name\Z).*"
            r"|(?:organization(?:[2-9]|\d\d)|phone\d|address\d|website\d|relation\d|event\d|im\d"
            r"|jot\d|calendarlink\d|externalid\d|customfield\d).*"
        ),
        tag_style=TagStyle.LABELS,
        joins_addresses=True,
    ),
    Preset(
        name="Outlook",
        signatures=(
            _keys("E-mail Address,E-mail Type"),
            _keys("E-mail Address,E-mail Display Name"),
        ),
        ignored=_keys(
            "Title,Middle Name,Suffix,Nickname,Department,Job Title,Company Yomi,Given Yomi,"
            "Surname Yomi,Callback,Car Phone,ISDN,Mobile Phone,Pager,Primary Phone,Radio Phone,"
            "TTY/TDD Phone,Telex,Account,Anniversary,Billing Information,Categories,Children,"
            "Company Main Phone,Assistant's Name,Assistant's Phone,Directory Server,Gender,"
            "Government ID Number,Hobby,Initials,Internet Free Busy,Keywords,Language,Location,"
            "Manager's Name,Mileage,Notes,Office Location,Organizational ID Number,PO Box,Priority,"
            "Private,Profession,Referred By,Sensitivity,Spouse,User 1,User 2,User 3,User 4,"
            "Web Page,Personal Web Page,Schools,IM Address"
        ),
        ignored_pattern=re.compile(
            r"email(?:[23].*|type|displayname)"
            r"|(?:business|home|other)(?:street|city|state|postalcode|country|address|phone|fax).*"
        ),
        date_order=DateOrder.MDY,
        empty_dates=frozenset({"0/0/00", "0/0/0000"}),
    ),
    Preset(
        name="Brevo",
        signatures=(_keys("EMAIL,EMAIL_BLACKLISTED"), _keys("EMAIL,SMS_BLACKLISTED")),
        ignored=_keys(
            "CONTACT ID,SMS,WHATSAPP,SMS_BLACKLISTED,WHATSAPP_BLACKLISTED,LANDLINE_NUMBER,EXT_ID,"
            "ADDED_TIME,MODIFIED_TIME,OPT_IN,DOUBLE_OPT-IN,CONTACT_TIMEZONE"
        ),
        # Brevo leaves it empty for contacts that were imported; EMAIL_BLACKLISTED is what counts.
        is_not_opt_out=_keys("OPT_IN"),
    ),
    Preset(
        name="Klaviyo",
        signatures=(_keys("Email,Klaviyo ID"), _keys("Email,Email Marketing Consent,Profile ID")),
        ignored=_keys(
            "Klaviyo ID,Profile ID,Phone Number,Address,Address 2,City,State / Region,Country,"
            "Zip Code,Zip,Latitude,Longitude,Source,IP Address,Timezone,Locale,Profile Created On,"
            "Date Added,Last Active,SMS Marketing Consent,Email Marketing Consent Timestamp,"
            "Title,First Active,Last Open,Last Click,Email Lists,Created,Updated"
        ),
    ),
    Preset(
        name="HubSpot",
        signatures=(_keys("Record ID,Email"), _keys("Record ID - Contact,Email")),
        ignored=_keys(
            "Record ID,Record ID - Contact,Record ID - Company,Phone Number,Mobile Phone Number,"
            "Lead Status,Lifecycle Stage,Contact owner,Create Date,Last Activity Date,"
            "Last Modified Date,Marketing contact status,Associated Company IDs,"
            "Associated Company (Primary),Favorite Content Topics,Preferred channels"
        ),
        # The zone of the account stands behind its times, as in `Create Date (EST)`.
        ignored_pattern=re.compile(
            r"(?:createdate|lastactivitydate|lastmodifieddate)[a-z]{2,5}"
            r"|(?:primary)?associatedcompanyids?(?:primary)?"
        ),
        tag_style=TagStyle.SEMICOLON,
    ),
    Preset(
        name="Salesforce",
        signatures=(_keys("Contact ID,Email"), _keys("Lead ID,Email")),
        ignored=_keys(
            "Contact ID,Lead ID,Account ID,Salutation,Title,Phone,Mobile,Mobile Phone,Fax,"
            "Mailing Street,Mailing City,Mailing State/Province,Mailing Zip/Postal Code,"
            "Mailing Country,Contact Owner,Lead Owner,Lead Source,Created Date,Last Activity,"
            "Last Modified Date"
        ),
        tag_style=TagStyle.SEMICOLON,
    ),
    Preset(
        name="ActiveCampaign",
        signatures=(
            _keys("Email,Status,Tags,Date Created"),
            _keys("Email,Status,Tags,Last Updated"),
        ),
        ignored=_keys("ID,Contact ID,Phone,IP Address,IP,Date Created,Last Updated,Score,Lists"),
        tag_style=TagStyle.DOUBLE_BAR,
    ),
    Preset(
        name="Kit",
        signatures=(
            _keys("email,status,created_at,tags"),
            _keys("email,first_name,created_at,tags"),
        ),
        ignored=_keys("id,created_at,referrer,referrer_url,source,location,subscriber_id"),
        tag_style=TagStyle.COMMA,
    ),
)
