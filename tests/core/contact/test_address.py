import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.contact.address import contact_key, parse_address, unwrap_address
from sendx_cli.errors import InvalidValue

_ATOMS = st.text("abzAZ09_+-.", max_size=12)
_DOMAINS = st.text("abzAZ09-._", max_size=16)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("jane@example.com", "jane@example.com"),
        (" Jane.Doe+news@EXAMPLE.Com\u00a0", "Jane.Doe+news@example.com"),
        ("\ufeffjane@example.com\u200b", "jane@example.com"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("jane@m\u00fcller.de", "jane@m\u00fcller.de"),
        ("jane@xn--mller-kva.de", "jane@xn--mller-kva.de"),
        ("\u7528\u6237@example.com", "\u7528\u6237@example.com"),
    ],
)
def test_sends_an_address_as_given_but_for_its_edges_and_the_case_of_its_domain(
    text: str, address: str
) -> None:
    """Only the edges and the domain's case change: the rest is the service's to judge."""
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the address is empty"),
        ("bob", 'not an address, it has no "@": bob'),
        ("Bob <bob@example.com>", "use only the address: bob@example.com"),
        ("mailto:bob@example.com", "use only the address: bob@example.com"),
        ("a@example.com,b@example.com", "more than one address where one is expected"),
        (f"{'a' * 250}@example.com", "address longer than 254 bytes"),
    ],
)
def test_names_what_is_wrong_with_a_common_mistake(text: str, message: str) -> None:
    """The mistakes people make have messages of their own."""
    with pytest.raises(InvalidValue) as caught:
        parse_address(text)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a@localhost", "the domain has no dot"),
        ("a@example.c1", "the domain has no valid ending"),
        ("a@example.test", "the domain is reserved, and has no mail"),
        ("a@exa!mple.com", "the domain contains invalid characters: '!'"),
        ("a..b@example.com", "an email address cannot have two periods in a row"),
    ],
)
def test_says_in_our_words_why_an_address_is_none(text: str, reason: str) -> None:
    """The library's sentences begin with a capital and end with a full stop."""
    with pytest.raises(InvalidValue) as caught:
        parse_address(text)
    assert caught.value.message == f"not an address that can receive mail: {reason}"


@pytest.mark.parametrize(
    "text",
    [
        "@example.com",
        "a@",
        "a@b@example.com",
        "a@localhost",
        "a@io",
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        f"{'a' * 65}@example.com",
        "a@example.com.",
        "a@-example.com",
        "a @example.com",
        "a@1.2.3.4",
        "a@[127.0.0.1]",
        '"a b"@example.com',
        "a@example.test",
        "a@example.arpa",
        "a@example.invalid",
        "a@example.local",
        "a@example.localhost",
        "a@example.onion",
        "a\u200bb@example.com",
        "a@ab--c.de",
    ],
)
def test_refuses_what_cannot_receive_mail(text: str) -> None:
    """What the library refuses is refused, whichever way it is checked."""
    with pytest.raises(InvalidValue) as refused:
        parse_address(text)
    assert not refused.value.message.endswith(".")
    assert "\n" not in refused.value.message


@given(_ATOMS, _DOMAINS, st.sampled_from(["com", "io", "test", "c", "a1", "museum", "local"]))
def test_the_quick_check_accepts_only_what_the_library_accepts(
    local: str, domain: str, top: str
) -> None:
    """The everyday pattern and the library come to the same answer."""
    text = f"{local}@{domain}.{top}"
    try:
        validate_email(text, check_deliverability=False, strict=True)
        expected: str | None = f"{local}@{domain.lower()}.{top}"
    except EmailNotValidError:
        expected = None
    try:
        found: str | None = parse_address(text)
    except InvalidValue:
        found = None
    assert found == expected


@pytest.mark.parametrize(
    "text", ["Nea <nea@example.com>", "mailto:nea@example.com", "<nea@example.com>"]
)
def test_unwraps_the_address_from_what_exports_put_around_it(text: str) -> None:
    """Exports write `Name <address>` and `mailto:`."""
    assert unwrap_address(text) == "nea@example.com"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane@example.com", "jane@EXAMPLE.com"),
        ("jane@m\u00fcller.de", "jane@xn--mller-kva.de"),
    ],
)
def test_two_spellings_of_one_contact_share_a_key(one: str, other: str) -> None:
    """Case and the form of an international domain do not make another contact."""
    assert contact_key(one) == contact_key(other)
