from sendx_cli.output.repetitions import Repetitions


def test_a_cause_is_told_three_times_and_then_counted() -> None:
    """Each cause for itself, and those told every time are not counted."""
    repetitions = Repetitions()
    told = [repetitions.is_to_be_told(cause) for cause in ["a"] * 5 + ["b"] * 3]
    assert told == [True, True, True, False, False, True, True, True]
    assert list(repetitions.rest()) == ["and 2 more: a"]


def test_causes_beyond_a_thousand_are_told_every_time() -> None:
    """A run of a million rows with a message each is not kept in memory."""
    repetitions = Repetitions()
    for number in range(1000):
        repetitions.is_to_be_told(str(number))
    assert all(repetitions.is_to_be_told("new") for _ in range(5))
    assert list(repetitions.rest()) == []
