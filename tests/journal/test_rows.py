from sendx_cli.core.contact.contact import Identify
from sendx_cli.delivery.rows import Row
from sendx_cli.journal.rows import content_of


def test_a_row_is_kept_as_every_version_has_kept_it() -> None:
    """By its digest a run of an earlier sendx knows its rows again: else they were sent twice."""
    row = Row(3, Identify(email="asa@b.co", first_name="Åsa", tags=("b", "a")), line=5)
    kept = content_of(row)
    assert kept.payload == '{"email":"asa@b.co","firstName":"Åsa","tags":["b","a"]}'
    assert kept.digest.hex() == "e18b4a28583a69cfdbb679acbb9bcdf9"
    assert (kept.number, kept.line, kept.sent) == (3, 5, None)


def test_what_is_sent_in_place_of_a_row_is_kept_beside_it() -> None:
    """Its identity is what the row itself says."""
    row = Row(0, Identify(email="a@b.co", lists=("list_1",)))
    named = row._replace(original=Identify(email="a@b.co", lists=("News",)))
    assert content_of(named).payload == '{"email":"a@b.co","lists":["News"]}'
    assert content_of(named).sent == '{"email":"a@b.co","lists":["list_1"]}'
    assert content_of(named).digest != content_of(row).digest
