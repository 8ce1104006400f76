"""One file for each export that people come with, with its oddities."""

import io
from pathlib import Path

import pytest

from sendx_cli.core.mapping.columns import ColumnMapping, ColumnOptions
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.core.mapping.source_rows import OptedOut, RowError, RowValues
from sendx_cli.errors import FileRefused, InvalidValue
from sendx_cli.files.contact_rows import (
    determine_mapping,
    read_contacts,
    refuse_if_all_opted_out,
)
from sendx_cli.files.layout import Overrides
from sendx_cli.files.source import open_source
from tests.values import row

Read = list[RowValues | RowError | OptedOut]


def _read(
    folder: Path, content: bytes, options: ColumnOptions | None = None, name: str = "people.csv"
) -> tuple[ColumnMapping, Read]:
    path = folder / name
    path.write_bytes(content)
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        mapping = determine_mapping(source, options or ColumnOptions())
        return mapping, list(read_contacts(source, mapping))


def _targets(mapping: ColumnMapping) -> dict[str, str]:
    return {column.name: column.target_text for column in mapping.columns}


_MAILCHIMP = (
    b'"Email Address","First Name","Last Name",Birthday,Plan,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,'
    b"CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,"
    b"LEID,EUID,NOTES,TAGS\r\n"
    b'nea@example.com,Nea,Virtanen,,gold,2,"2024-01-01 10:00:00",,,,,,,,,,,,1,e1,'
    b'"called\r\ntwice","""VIP"",""Blog, weekly"""\r\n'
    b"kim@example.com,,,,,2,,,,,,,,,,,,,2,e2,,\r\n"
)


def test_reads_a_mailchimp_audience(tmp_path: Path) -> None:
    """Own columns are mapped, its own measurements ignored, and tags are CSV within the cell."""
    mapping, rows = _read(tmp_path, _MAILCHIMP, ColumnOptions(maps=("Plan=field:Plan",)))
    assert mapping.preset.name == "Mailchimp"
    assert rows == [
        row(
            2,
            "nea@example.com",
            first_name="Nea",
            last_name="Virtanen",
            fields=(("Plan", "gold"),),
            tags=("VIP", "Blog, weekly"),
        ),
        row(4, "kim@example.com"),
    ]


@pytest.mark.parametrize("part", ["unsubscribed", "cleaned", "nonsubscribed"])
def test_holds_back_a_whole_mailchimp_file_by_its_name(tmp_path: Path, part: str) -> None:
    """Nothing but its name says that everybody in the file left."""
    name = f"{part}_members_export_1f2e.csv"
    mapping, rows = _read(tmp_path, _MAILCHIMP, ColumnOptions(ignores=("Plan",)), name)
    assert rows == [
        OptedOut(2, "nea@example.com", f"the file's name says {part}"),
        OptedOut(4, "kim@example.com", f"the file's name says {part}"),
    ]
    assert mapping.opted_out_by_name is not None
    _, rows = _read(
        tmp_path, _MAILCHIMP, ColumnOptions(ignores=("Plan",), include_unsubscribed=True), name
    )
    assert [type(row) for row in rows] == [RowValues, RowValues]


def test_refuses_a_file_of_nobody_who_stayed(tmp_path: Path) -> None:
    """A file in which everybody left is refused, one in which somebody stayed is not."""
    path = tmp_path / "cleaned_members.csv"
    path.write_bytes(b"email\na@example.com\n")
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        refuse_if_all_opted_out(source, opted_out=1, rows=2)
        refuse_if_all_opted_out(source, opted_out=0, rows=0)
        with pytest.raises(FileRefused, match="everybody in it"):
            refuse_if_all_opted_out(source, opted_out=1, rows=1)


def test_reads_hubspot_contacts(tmp_path: Path) -> None:
    """Several values in a cell are joined by semicolons, and the record's id is ignored."""
    mapping, rows = _read(
        tmp_path,
        b"Record ID,First Name,Last Name,Email,Phone Number,Lead Status,Create Date,"
        b"Associated Company,Interests,Unsubscribed from all email\n"
        b"1,Nea,Virtanen,nea@example.com,+358,Open,2024-01-01,Kone Oy,Ski;Chess,\n"
        b"2,Kim,Lee,kim@example.com,,,,,,true\n",
        ColumnOptions(maps=("Interests=tags",)),
    )
    assert mapping.preset.name == "HubSpot"
    assert rows == [
        row(
            2,
            "nea@example.com",
            first_name="Nea",
            last_name="Virtanen",
            company="Kone Oy",
            tags=("Ski", "Chess"),
        ),
        OptedOut(3, "kim@example.com", "Unsubscribed from all email is true"),
    ]


def test_reads_shopify_customers(tmp_path: Path) -> None:
    """Consent decides who is sent; apostrophes before numbers are taken off where mapped."""
    mapping, rows = _read(
        tmp_path,
        b"Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
        b"Default Address Address1,Default Address Address2,Default Address City,"
        b"Default Address Province Code,Default Address Country Code,Default Address Zip,"
        b"Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,"
        b"Tax Exempt,Tags\n"
        b"'6543,Nea,Virtanen,nea@example.com,yes,Kone,,,,,,,,'+358401,no,0.00,0,,no,"
        b'"retail, ag-exempt"\n'
        b"'6544,Kim,,kim@example.com,no,,,,,,,,,,yes,0.00,0,,no,\n"
        b"'6545,Max,,max@example.com,,,,,,,,,,1.5E+10,yes,0.00,0,,no,\n",
        ColumnOptions(maps=("Phone=field:Phone", "Customer ID=field:Shop")),
    )
    assert mapping.preset.name == "Shopify"
    assert rows == [
        row(
            2,
            "nea@example.com",
            first_name="Nea",
            last_name="Virtanen",
            company="Kone",
            fields=(("Shop", "6543"), ("Phone", "+358401")),
            tags=("retail", "ag-exempt"),
        ),
        OptedOut(3, "kim@example.com", "Accepts Email Marketing is no"),
        OptedOut(4, "max@example.com", "Accepts Email Marketing is empty"),
    ]


def test_leaves_the_one_name_column_of_stripe_and_woocommerce_whole(tmp_path: Path) -> None:
    """A whole name is not taken apart unasked; asked, it is split at its last space."""
    stripe = (
        b"id,Description,Email,Name,Created (UTC),Delinquent,Plan,Status,Total Spend,"
        b"Payment Count,Refunded Volume,Dispute Losses,tag (metadata)\n"
        b"cus_1,,nea@example.com,Nea Maria Virtanen,2024-01-01,false,pro,canceled,1,1,0,0,vip\n"
    )
    options = ColumnOptions(maps=("tag (metadata)=tags",))
    mapping, rows = _read(tmp_path, stripe, options)
    assert mapping.preset.name == "Stripe"
    assert rows == [row(2, "nea@example.com", first_name="Nea Maria Virtanen", tags=("vip",))]
    woo = (
        b"Name,Username,Last Active,Sign Up,Email,Orders,Total Spend,AOV,Country / Region,City,"
        b"Region,Postal Code\nNea Maria Virtanen,nea,,,nea@example.com,1,1,1,FI,,,\n"
    )
    mapping, rows = _read(tmp_path, woo, ColumnOptions(maps=("Name=full_name",)))
    assert mapping.preset.name == "WooCommerce"
    assert rows == [row(2, "nea@example.com", first_name="Nea Maria", last_name="Virtanen")]


def test_reads_google_contacts(tmp_path: Path) -> None:
    """The first of several addresses is sent and the rest counted; labels become tags."""
    mapping, rows = _read(
        tmp_path,
        b"First Name,Middle Name,Last Name,Phonetic First Name,Organization Name,Birthday,Notes,"
        b"Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,"
        b"Phone 1 - Label,Phone 1 - Value\n"
        b"Nea,,Virtanen,,Kone,1985-02-28,,,* myContacts ::: Navy ::: * starred,* Work,"
        b"nea@example.com ::: n@example.org,,,,\n",
    )
    assert mapping.preset.name == "Google Contacts"
    assert rows == [
        row(
            2,
            "nea@example.com",
            first_name="Nea",
            last_name="Virtanen",
            company="Kone",
            birthday="1985-02-28",
            tags=("Navy", "starred"),
            notes=("further addresses of the cell are ignored",),
        )
    ]


def test_reads_older_google_contacts(tmp_path: Path) -> None:
    """The older header names the same things in other words."""
    _, rows = _read(
        tmp_path,
        b"Name,Given Name,Additional Name,Family Name,Group Membership,E-mail 1 - Type,"
        b"E-mail 1 - Value,Organization 1 - Name,Organization 1 - Title\n"
        b"Nea Virtanen,Nea,,Virtanen,* My Contacts ::: Navy,*,nea@example.com,Kone,CEO\n",
    )
    assert rows == [
        row(
            2,
            "nea@example.com",
            first_name="Nea",
            last_name="Virtanen",
            company="Kone",
            tags=("Navy",),
        )
    ]


def test_reads_outlook_contacts_of_an_older_version(tmp_path: Path) -> None:
    """Windows-1252, dates with the month first, and `0/0/00` for no date."""
    mapping, rows = _read(
        tmp_path,
        '"Title","First Name","Middle Name","Last Name","Suffix","Company","Business Street",'
        '"Birthday","E-mail Address","E-mail Type","E-mail Display Name"\r\n'
        '"","Zoë","","Müller","","","","02/03/1985","zoe@example.com","SMTP","Zoë"\r\n'
        '"","Max","","","","","","0/0/00","max@example.com","SMTP",""\r\n'.encode("cp1252"),
    )
    assert mapping.preset.name == "Outlook"
    assert mapping.date_order is DateOrder.MDY
    assert rows == [
        row(2, "zoe@example.com", first_name="Zoë", last_name="Müller", birthday="1985-02-03"),
        row(3, "max@example.com", first_name="Max"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        (
            "Brevo",
            (
                "CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;EMAIL_BLACKLISTED;OPT_IN\n"
                "1;a@example.com;Ann;Lee;false;\n2;b@example.com;;;true;\n"
            ),
            [
                row(2, "a@example.com", first_name="Ann", last_name="Lee"),
                OptedOut(3, "b@example.com", "EMAIL_BLACKLISTED is true"),
            ],
        ),
        (
            "Klaviyo",
            (
                "Email,Klaviyo ID,First Name,Email Marketing Consent\n"
                "a@example.com,k1,Ann,SUBSCRIBED\nb@example.com,k2,,NEVER_SUBSCRIBED\n"
            ),
            [
                row(2, "a@example.com", first_name="Ann"),
                OptedOut(3, "b@example.com", "Email Marketing Consent is NEVER_SUBSCRIBED"),
            ],
        ),
        (
            "ActiveCampaign",
            (
                "Email,First Name,Status,Tags,Date Created\n"
                "a@example.com,Ann,Active,vip||blog; weekly,\nb@example.com,,Bounced,,\n"
            ),
            [
                row(2, "a@example.com", first_name="Ann", tags=("vip", "blog; weekly")),
                OptedOut(3, "b@example.com", "Status is Bounced"),
            ],
        ),
        (
            "Kit",
            'id,first_name,email,status,created_at,tags\n1,Ann,a@example.com,active,,"x, y"\n',
            [row(2, "a@example.com", first_name="Ann", tags=("x", "y"))],
        ),
        (
            "Salesforce",
            (
                "Contact ID,First Name,Last Name,Account Name,Email,Email Opt Out\n"
                "1,Ann,Lee,Kone,a@example.com,0\n2,Bo,,,b@example.com,1\n"
            ),
            [
                row(2, "a@example.com", first_name="Ann", last_name="Lee", company="Kone"),
                OptedOut(3, "b@example.com", "Email Opt Out is 1"),
            ],
        ),
    ],
)
def test_reads_other_tools(tmp_path: Path, name: str, content: str, rows: Read) -> None:
    """Each tool's own words for who left and what stands between tags are known."""
    mapping, read = _read(tmp_path, content.encode())
    assert (mapping.preset.name, read) == (name, rows)


def test_asks_for_the_order_of_ambiguous_birthdays(tmp_path: Path) -> None:
    """The whole column decides; where it does not, the run stops until it is said."""
    content = b"email,dob\na@example.com,03/04/1985\nb@example.com,05/06/1990\n"
    with pytest.raises(InvalidValue, match="day or the month, as in 03/04/1985"):
        _read(tmp_path, content)
    _, rows = _read(tmp_path, content, ColumnOptions(date_order=DateOrder.DMY))
    assert [row.contact.birthday for row in rows if isinstance(row, RowValues)] == [
        "1985-04-03",
        "1990-06-05",
    ]
    _, rows = _read(tmp_path, content + b"c@example.com,28/02/1970\nd@example.com,2/3/85\n")
    assert rows == [
        row(2, "a@example.com", birthday="1985-04-03"),
        row(3, "b@example.com", birthday="1990-06-05"),
        row(4, "c@example.com", birthday="1970-02-28"),
        RowError(
            5,
            "not a date in the order dmy (such as 31/12/1985): 2/3/85",
            "dob",
            cells=("d@example.com", "2/3/85"),
            email="d@example.com",
        ),
    ]


def test_reads_a_million_rows_kind_of_file_twice_alike(tmp_path: Path) -> None:
    """A second pass reads what the first one did."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"email,tags\n" + b"".join(b"p%d@example.com,a;b\n" % n for n in range(500)))
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        first, second = list(source.rows()), list(source.rows())
    assert (len(first), first) == (500, second)


def test_reads_json_lines_with_the_apis_own_members(tmp_path: Path) -> None:
    """Members have the API's names or their snake_case; numbers go out as they were written."""
    _, rows = _read(
        tmp_path,
        '\ufeff{"email":"a@example.com","firstName":"Ann","customFields":'
        '{"Plan":"gold","Score":1.50,"VIP":true,"None":null},"tags":["x","y"],'
        '"lists":["list_0123456789012345678901"]}\r\n'
        '\n{"email":"mailto:b@example.com","new_email":"c@example.com","birthday":null}\n'
        '{"email":5}\n{"email":"d@example.com","tags":"x"}\n'
        '{"email":"e@example.com","customFields":{"a":{}}}\n{"firstName":"Ann"}\n'.encode(),
        name="people.jsonl",
    )
    errors = [row for row in rows if isinstance(row, RowError)]
    assert rows[:2] == [
        row(
            1,
            "a@example.com",
            first_name="Ann",
            fields=(("Plan", "gold"), ("Score", "1.50"), ("VIP", "true")),
            tags=("x", "y"),
            lists=("list_0123456789012345678901",),
        ),
        row(3, "b@example.com", new_email="c@example.com"),
    ]
    assert [(error.line, error.column, error.message) for error in errors] == [
        (4, "email", "must be a string, not a number"),
        (5, "tags", "must be an array of strings, not a string"),
        (6, "customFields", "custom field a is nested"),
        (7, "email", "email is empty"),
    ]


def test_reads_a_track_file(tmp_path: Path) -> None:
    """A track takes addresses and tags; what else is known of a contact is left out, and said."""
    mapping, rows = _read(
        tmp_path,
        b"email,First Name,tags,remove_tags\na@example.com,Ann,x,y|z\n",
        ColumnOptions(action="track"),
    )
    assert rows == [row(2, "a@example.com", add_tags=("x",), remove_tags=("y", "z"))]
    assert _targets(mapping) == {
        "email": "email",
        "First Name": "ignore",
        "tags": "add_tags",
        "remove_tags": "remove_tags",
    }
    assert mapping.columns[1].why == "not used by track: first_name"
