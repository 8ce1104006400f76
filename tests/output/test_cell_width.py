import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.output.cell_width import columns_of, cut_middle


@pytest.mark.parametrize(
    ("text", "width", "ellipsis", "cut"),
    [
        ("abcdefghij", 10, "…", "abcdefghij"),
        ("abcdefghij", 9, "…", "abcd…ghij"),
        ("abcdefghij", 8, "…", "abcd…hij"),
        ("abcdefghij", 8, "...", "abc...ij"),
        ("abcdefghij", 2, "…", "a…"),
        ("abcdefghij", 1, "…", "…"),
        ("abcdefghij", 2, "...", ".."),
        ("東京東京東京", 12, "…", "東京東京東京"),
        ("東京東京東京", 9, "…", "東京…東京"),
        ("東京東京東京", 8, "…", "東京…京"),
        ("", 0, "…", ""),
    ],
)
def test_a_text_is_shortened_in_the_middle(text: str, width: int, ellipsis: str, cut: str) -> None:
    """Both ends stay; a wide character takes two columns."""
    assert cut_middle(text, width, ellipsis) == cut


@given(st.text(st.sampled_from("ab東é")), st.integers(1, 40))
def test_it_is_never_wider_and_whole_where_it_fits(text: str, width: int) -> None:
    """For any text and width."""
    cut = cut_middle(text, width)
    assert columns_of(cut) <= width
    assert (cut == text) == (columns_of(text) <= width)
