import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.mapping.tag_cells import TagStyle, split_tags
from sendx_cli.errors import InvalidValue


@pytest.mark.parametrize(
    ("cell", "style", "tags"),
    [
        ('"VIP","Blog, weekly"', TagStyle.QUOTED, ("VIP", "Blog, weekly")),
        ("retail, ag-exempt", TagStyle.COMMA, ("retail", "ag-exempt")),
        ("Ski;Chess, 3D", TagStyle.SEMICOLON, ("Ski", "Chess, 3D")),
        ("* myContacts ::: Navy ::: * starred", TagStyle.LABELS, ("Navy", "starred")),
        ("a||b, c", TagStyle.DOUBLE_BAR, ("a", "b, c")),
        ("a, b", TagStyle.USUAL, ("a", "b")),
        ("a;b;", TagStyle.USUAL, ("a", "b")),
        ("a | b", TagStyle.USUAL, ("a", "b")),
        ("||a||b||", TagStyle.USUAL, ("a", "b")),
        ('"a;x","b"', TagStyle.USUAL, ("a;x", "b")),
        ('"VIP", "Blog, weekly"', TagStyle.USUAL, ("VIP", "Blog, weekly")),
        ("one tag", TagStyle.USUAL, ("one tag",)),
        ("", TagStyle.USUAL, ()),
        ("a/b, c", "/", ("a", "b, c")),
        ("a, b; c", "comma", ("a", "b; c")),
        ("a, b; c", "semicolon", ("a, b", "c")),
    ],
)
def test_splits_a_cell_as_each_tool_writes_it(
    cell: str, style: TagStyle | str, tags: tuple[str, ...]
) -> None:
    """Blanks around tags and empty tags are left out."""
    assert split_tags(cell, style) == tags


@pytest.mark.parametrize(
    "cell", ["a, b; c", "a|b,c", "a||b,c", "a||b;c", '"VIP","Blog', '"VIP"x,"Blog"']
)
def test_refuses_a_cell_that_reads_more_than_one_way(cell: str) -> None:
    """A tag that was split in the wrong place cannot be taken back."""
    with pytest.raises(InvalidValue):
        split_tags(cell, TagStyle.USUAL)


@given(st.lists(st.text("abc ,;|'\"", min_size=1).map(str.strip).filter(bool), max_size=5))
def test_reads_back_any_tags_written_as_csv_within_the_cell(tags: list[str]) -> None:
    """Mailchimp's way of writing holds any tag."""
    cell = io.StringIO()
    csv.writer(cell, quoting=csv.QUOTE_ALL, lineterminator="").writerow(tags)
    assert split_tags(cell.getvalue(), TagStyle.QUOTED) == tuple(tags)
