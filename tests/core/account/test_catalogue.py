from sendx_cli.core.account.catalogue import (
    FIELDS,
    LISTS,
    MEMBERS,
    TAGS,
    Catalogue,
    ContactList,
    CustomField,
    FieldType,
    are_understood,
    field_key,
    fields_in,
    lists_in,
    members_in,
    tags_in,
)
from sendx_cli.core.account.paging import Item

NAMED: Item = {"id": "tag_1", "name": "vip"}
STRANGE: list[Item] = [
    {"id": 1, "name": "x"},
    {"id": "tag_2"},
    {"name": "x"},
    {"id": "tag_3", "name": None},
]


def test_what_is_as_documented_is_read_and_all_else_is_left_out() -> None:
    """The types of fields and lists included."""
    assert tags_in([NAMED, *STRANGE]) == {"tag_1": "vip"}
    types = [0, 1, 4, 5, True, "1", None]
    fields: list[Item] = [
        {"id": f"custom_field_{n}", "name": f"F{n}", "type": t} for n, t in enumerate(types)
    ]
    assert fields_in([*fields, {"id": "field_x", "name": "X"}, {"id": "x", "name": "Y"}]) == {
        "0": CustomField("F0", FieldType.TEXT),
        "1": CustomField("F1", FieldType.NUMBER),
        "2": CustomField("F2", FieldType.PHONE),
        **{str(n): CustomField(f"F{n}", None) for n in (3, 4, 5, 6)},
        "x": CustomField("X", None),
    }
    lists = [{"id": f"list_{n}", "name": "News", "type": n} for n in (0, 1)]
    assert lists_in([*lists, *STRANGE]) == {
        "list_0": ContactList("list_0", "News"),
        "list_1": ContactList("list_1", "News", is_double_opt_in=True),
    }
    assert members_in([{"email": "a@b.co"}, {"email": None}, {}]) == ("a@b.co",)


def test_a_collection_is_understood_if_each_member_is() -> None:
    """Else nothing can be said to be missing; of the team nothing is."""
    assert are_understood(TAGS, [NAMED])
    assert all(not are_understood(TAGS, [NAMED, strange]) for strange in STRANGE)
    assert are_understood(FIELDS, [{"id": "custom_field_1", "name": "x"}])
    assert not are_understood(FIELDS, [NAMED])
    assert are_understood(MEMBERS, STRANGE)


def test_both_spellings_of_a_fields_id_have_one_key() -> None:
    """GET /customfield and GET /contact differ."""
    assert field_key("custom_field_a1") == field_key("field_a1") == "a1"
    assert field_key("tag_a1") is None


def test_what_was_not_read_to_its_end_is_not_all() -> None:
    """Each collection by itself."""
    assert (Catalogue().knows_all_tags, Catalogue().knows_all_fields) == (True, True)
    assert Catalogue().knows_all_lists
    for path in (TAGS, FIELDS, LISTS):
        one = Catalogue(problems={path: "HTTP 500"})
        known = (one.knows_all_tags, one.knows_all_fields, one.knows_all_lists)
        assert known == (path != TAGS, path != FIELDS, path != LISTS)


def test_names_are_found_whatever_has_them() -> None:
    """Two fields of one name have a type only if nobody can be wrong about it."""
    catalogue = Catalogue(
        tags={"tag_1": "vip", "tag_2": "vip"},
        fields={
            "1": CustomField("Plan", FieldType.TEXT),
            "2": CustomField("Size", FieldType.NUMBER),
            "3": CustomField("Size", FieldType.TEXT),
            "4": CustomField("Odd", None),
        },
        lists={
            "list_1": ContactList("list_1", "News"),
            "list_2": ContactList("list_2", "Other"),
            "list_3": ContactList("list_3", "News"),
        },
    )
    assert catalogue.tag_names == {"vip"}
    assert catalogue.field_types == {"Plan": FieldType.TEXT}
    assert set(catalogue.fields_by_name) == {"Plan", "Size", "Odd"}
    assert [one.id for one in catalogue.lists_named("News")] == ["list_1", "list_3"]
    assert catalogue.lists_named("news") == []
