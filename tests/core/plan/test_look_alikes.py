from sendx_cli.core.plan.look_alikes import look_alikes


def test_groups_names_that_differ_only_in_case_or_spacing() -> None:
    """Marks that nobody sees and letters composed in two ways make no difference either."""
    names = ["Plan", "vip", "plan ", "New Lead", "NEWLEAD", "caf\u00e9", "cafe\u0301", "pl\u200ban"]
    assert look_alikes(names) == (
        ("Plan", "plan ", "pl\u200ban"),
        ("New Lead", "NEWLEAD"),
        ("caf\u00e9", "cafe\u0301"),
    )


def test_leaves_different_names_alone() -> None:
    """A name that appears twice, or has another hyphen or letter, is no look-alike."""
    assert look_alikes(["new-lead", "newlead", "new_lead", "vip", "vip", "vips"]) == ()
