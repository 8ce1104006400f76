from sendx_cli.core.plan.name_counts import NO_NAMES, NameCounter, NameCounts


def test_counts_names_the_most_frequent_first() -> None:
    """Names as frequent as each other stand in the order of the alphabet."""
    counter = NameCounter()
    for names in (("vip", "b"), ("vip", "a"), ()):
        counter.add(names)
    assert counter.result() == NameCounts((("vip", 2), ("a", 1), ("b", 1)))
    assert counter.result().total == 4
    assert NO_NAMES.total == 0


def test_keeps_no_more_names_than_fit() -> None:
    """A column of free text taken for tags does not fill the memory, and every use is counted."""
    counter = NameCounter()
    for _ in range(2):
        counter.add(f"{number:06}" + "x" * 10_000 for number in range(1000))
    result = counter.result()
    assert (len(result.names), result.further, result.total) == (394, 1212, 2000)
