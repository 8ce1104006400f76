from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.account.catalogue import (
    FIELDS,
    LISTS,
    TAGS,
    Catalogue,
    ContactList,
    CustomField,
    FieldType,
)
from sendx_cli.core.account.rules import (
    AccountRules,
    Fault,
    NoRules,
    WithoutAccount,
    not_compared,
    refuse_unread,
)
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.contact.validation import is_list_id
from sendx_cli.errors import AccountUnread

NEWS, PARTNERS, TWIN = (f"list_{letter * 22}" for letter in "abc")
UNKNOWN = f"list_{'z' * 22}"
CATALOGUE = Catalogue(
    tags={"tag_1": "vip", "tag_2": "trial"},
    fields={
        "1": CustomField("Plan", FieldType.TEXT),
        "2": CustomField("Seats", FieldType.NUMBER),
        "3": CustomField("Until", FieldType.DATE),
        "4": CustomField("New kind", None),
        "5": CustomField("Twice", FieldType.NUMBER),
        "6": CustomField("Twice", FieldType.DATE),
    },
    lists={
        NEWS: ContactList(NEWS, "News"),
        PARTNERS: ContactList(PARTNERS, "Partners"),
        TWIN: ContactList(TWIN, "Partners"),
    },
)
LIST_NAMES = st.sampled_from([NEWS, PARTNERS, TWIN, UNKNOWN, "News", "Partners", "Nws", "Other"])
FIELD_PAIRS = st.tuples(
    st.sampled_from(["Plan", "Seats", "Until", "New kind", "Twice", "Plann", "Fresh"]),
    st.sampled_from(["5", "++5", "2026-12-24", "24.12.2026", "text", "x" * 256]),
)
TAG_NAMES = st.lists(st.sampled_from(["vip", "trial", "trail", "new"]), max_size=3, unique=True)
IDENTIFIES = st.builds(
    lambda fields, tags, lists: Identify(
        "ann@example.com", fields=tuple(fields), tags=tuple(tags), lists=tuple(lists)
    ),
    st.lists(FIELD_PAIRS, max_size=3, unique_by=lambda one: one[0]),
    TAG_NAMES,
    st.lists(LIST_NAMES, max_size=3, unique=True),
)
TRACKS = st.builds(
    lambda added, removed: Track(
        "ann@example.com", add_tags=tuple(added), remove_tags=tuple(removed)
    ),
    TAG_NAMES,
    TAG_NAMES,
)


@given(st.one_of(IDENTIFIES, TRACKS), st.booleans())
def test_what_is_sent_is_what_the_account_takes(contact: Contact, existing_only: bool) -> None:
    """Lists by ids that exist, no new name where only old ones are taken; once is enough."""
    rules = AccountRules(CATALOGUE, contact.action, existing_only=existing_only)
    sent = rules.apply(contact)
    if isinstance(sent, Fault):
        assert sent.member in contact._fields
        assert sent.message
        return
    assert type(sent) is type(contact)
    assert set(sent.lists) <= CATALOGUE.lists.keys()
    assert len(set(sent.lists)) == len(sent.lists)
    assert [name for name, _ in sent.fields] == [name for name, _ in contact.fields]
    assert sent._replace(lists=(), fields=()) == contact._replace(lists=(), fields=())
    assert rules.apply(sent) is sent
    if existing_only:
        assert {*sent.tags, *sent.add_tags} <= CATALOGUE.tag_names
        assert {name for name, _ in sent.fields} <= CATALOGUE.fields_by_name.keys()


@given(IDENTIFIES)
def test_a_contact_that_the_account_changes_nothing_of_is_the_very_same(contact: Identify) -> None:
    """So that no row is kept twice for nothing."""
    assert NoRules().apply(contact) is contact
    sent = AccountRules(CATALOGUE, contact.action).apply(contact)
    assert sent != contact or sent is contact


@given(st.one_of(IDENTIFIES, TRACKS))
def test_an_account_of_which_nothing_is_known_lets_all_through_but_names_of_lists(
    contact: Contact,
) -> None:
    """Ids may be there; what a name stands for cannot be guessed."""
    unread = Catalogue(problems=dict.fromkeys((TAGS, FIELDS, LISTS), "HTTP 404"))
    rules = AccountRules(unread, contact.action)
    if all(map(is_list_id, contact.lists)):
        assert rules.apply(contact) is contact
    else:
        with pytest.raises(AccountUnread, match="HTTP 404"):
            rules.apply(contact)


@given(st.one_of(IDENTIFIES, TRACKS))
def test_without_an_account_only_names_of_lists_are_refused(contact: Contact) -> None:
    """The hint says why the account is not read."""
    found = WithoutAccount("which is away").apply(contact)
    if all(map(is_list_id, contact.lists)):
        assert found is contact
    else:
        assert isinstance(found, Fault)
        assert found.message.startswith("not a list id: ")
        assert (found.hint or "").endswith("which is away")


def test_fields_of_one_name_and_several_types_are_not_checked() -> None:
    """Which of them a value goes to is not known; nor is a type that is not documented."""
    contact = Identify("a@b.co", fields=(("Twice", "text"), ("New kind", "++1")))
    assert AccountRules(CATALOGUE, "identify").apply(contact) is contact


def test_lists_of_free_text_are_not_kept_without_end() -> None:
    """A wrong column must not fill the memory, and is answered the same in the end."""
    rules = AccountRules(CATALOGUE, "identify")
    for number in (*range(10_000), 0):
        fault = rules.apply(Identify("a@b.co", lists=(f"text {number}",)))
        assert isinstance(fault, Fault)
        assert fault.message == f"no such list: text {number}"
    assert rules.apply(Identify("a@b.co", lists=("News",))) == Identify("a@b.co", lists=(NEWS,))


@pytest.mark.parametrize(
    ("action", "unread", "is_refused", "told"),
    [
        ("identify", (), False, None),
        ("identify", (TAGS,), True, "tags: why"),
        ("identify", (FIELDS, LISTS), True, "custom fields: why; lists: why"),
        ("identify", (LISTS,), False, "lists: why"),
        ("identify", (TAGS, FIELDS, LISTS), True, "why"),
        ("track", (FIELDS, LISTS), False, None),
        ("track", (TAGS,), True, "why"),
    ],
)
def test_what_an_action_needs_of_the_account(
    action: str, unread: tuple[str, ...], is_refused: bool, told: str | None
) -> None:
    """A track has no fields and no lists."""
    catalogue = Catalogue(problems=dict.fromkeys(unread, "why"))
    assert not_compared(catalogue, action) == told
    if is_refused:
        with pytest.raises(AccountUnread):
            refuse_unread(catalogue, action)
        with pytest.raises(AccountUnread):
            AccountRules(catalogue, action, existing_only=True)
    else:
        refuse_unread(catalogue, action)
        AccountRules(catalogue, action, existing_only=True)


def test_both_actions_have_rules() -> None:
    """A third kind of contact would need its own."""
    assert set(get_args(Contact)) == {Identify, Track}
