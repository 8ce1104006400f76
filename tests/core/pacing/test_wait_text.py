import pytest

from sendx_cli.core.pacing.wait_text import span_text


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1.0, "1 s"),
        (4.5, "4.5 s"),
        (60.0, "60 s"),
        (90.0, "90 s"),
        (120.0, "2 minutes"),
        (900.0, "15 minutes"),
        (7200.0, "120 minutes"),
    ],
)
def test_a_stretch_of_time_is_told_as_it_was_given(seconds: float, expected: str) -> None:
    """In minutes where it is whole ones."""
    assert span_text(seconds) == expected
