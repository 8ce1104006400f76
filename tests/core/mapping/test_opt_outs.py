import pytest

from sendx_cli.core.mapping.opt_outs import (
    OptedOutFile,
    OptOutRule,
    Standing,
    opt_out_rule,
    opted_out_by_file_name,
)


@pytest.mark.parametrize(
    ("name", "cell", "standing"),
    [
        ("UNSUB_TIME", "", Standing.STAYS),
        ("UNSUB_TIME", "2024-01-01 10:00", Standing.LEFT),
        ("EMAIL_BLACKLISTED", "yes", Standing.LEFT),
        ("EMAIL_BLACKLISTED", "false", Standing.STAYS),
        ("email_disabled", "TRUE", Standing.LEFT),
        ("Accepts Email Marketing", "yes", Standing.STAYS),
        ("Accepts Email Marketing", "no", Standing.LEFT),
        ("Accepts Email Marketing", "", Standing.LEFT),
        ("Consent", "perhaps", Standing.UNCLEAR),
        ("Status", "Unsubscribed", Standing.LEFT),
        ("Status", "hard-bounced", Standing.LEFT),
        ("Status", "cancelled", Standing.LEFT),
        ("Status", "Inactive", Standing.LEFT),
        ("Status", "Active", Standing.STAYS),
        ("Status", "", Standing.STAYS),
        ("Status", "Gold", Standing.UNCLEAR),
    ],
)
def test_tells_who_left(name: str, cell: str, standing: Standing) -> None:
    """Each column's own words are known, and others are not taken for a yes."""
    rule = opt_out_rule(name)
    assert rule is not None
    assert rule.standing(cell) is standing


@pytest.mark.parametrize(
    ("name", "standing", "words"),
    [
        (
            "Unsubscribed",
            Standing.STAYS,
            "|no|N|false|F|0|off|never|none|null|n/a|nein|falsch|non|faux|falso|não|nee|nie|fałsz|nej",
        ),
        (
            "Unsubscribed",
            Standing.LEFT,
            "yes|true|1|x|ja|oui|sí|sim|tak|2024-01-01|✔|spam",
        ),
        (
            "Consent",
            Standing.STAYS,
            "yes|Y|true|T|1|on|agreed|granted|accepted|ok|ja|oui|sí|si|sim|sì|tak|aktiv|✅",
        ),
        ("Consent", Standing.LEFT, "no|nein|non|não|nee|nie|nej|abgemeldet|0||❌"),
        (
            "Status",
            Standing.LEFT,
            (
                "unsubscribed|bounced|hard bounced|hard bounce|soft bounced|cleaned|complained"
                "|complaint|spam complaint|spam|suppressed|blocked|blocklisted|blacklisted"
                "|opted out|opt-out|unconfirmed|non-subscribed|never subscribed|not subscribed"
                "|unsubscribe|invalid|deleted|removed|cancelled|canceled|inactive"
            ),
        ),
        (
            "Status",
            Standing.STAYS,
            "active|subscribed|confirmed|opted in|opt-in|enabled|valid",
        ),
    ],
)
def test_knows_each_word(name: str, standing: Standing, words: str) -> None:
    """All that exports write for yes, no, staying and leaving."""
    rule = opt_out_rule(name)
    assert rule is not None
    assert {word: rule.standing(word) for word in words.split("|")} == dict.fromkeys(
        words.split("|"), standing
    )


def test_knows_no_rule_for_other_columns() -> None:
    """A column of another meaning says nothing of who left."""
    assert opt_out_rule("Lead Status") is None
    assert opt_out_rule("Status") is OptOutRule.STATUS


@pytest.mark.parametrize(
    ("name", "opt_out"),
    [
        ("unsubscribed_members_export_1.csv", OptedOutFile("unsubscribed")),
        ("Cleaned_members.csv", OptedOutFile("cleaned")),
        ("cleaned.csv", OptedOutFile("cleaned")),
        ("subscribed_members_export_1.csv", None),
        ("cleanedup.csv", None),
        ("people.csv", None),
    ],
)
def test_tells_who_left_by_the_files_name(name: str, opt_out: OptedOutFile | None) -> None:
    """Mailchimp says it nowhere else."""
    assert opted_out_by_file_name(name) == opt_out
