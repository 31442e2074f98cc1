"""What a comparison says, in words a reader cannot misread."""

from lascarlib.evaluation.statistics.comparison import LEVEL, Comparison


def verdict(comparison: Comparison, *, name: str, a: str, b: str, tests: int = 1) -> str:
    """Say in one sentence who is better in a metric, by how much, and how sure that is.

    Args:
        comparison: of the two methods.
        name: of the metric in print, its unit in brackets at the end, as "LA HD [mm]".
        a: what method A is called.
        b: what method B is called.
        tests: how many metrics were compared, over which Holm corrected.

    Returns:
        One sentence. Where the test favours one method and the mean difference the other, where so
        few cases differ that no p-value below the level is possible, and where a missed case counts
        in the test alone, it says so.

    Example:
        >>> from lascarlib.evaluation.statistics import compare_metric
        >>> scores = [0.9] * 6, [0.8, 0.8, 0.8, 0.8, 0.8, 0.7]
        >>> found = compare_metric(*scores, metric="dice", higher_is_better=True)
        >>> print(verdict(found, name="LA Dice", a="new", b="old"))
        new is better than old in LA Dice by 0.117 (95 % CI 0.100 to 0.167), p = 0.031, 6 cases.
        >>> draw = compare_metric([0.9], [0.9], metric="dice", higher_is_better=True)
        >>> print(verdict(draw, name="LA Dice", a="new", b="old"))
        new and old score the same in LA Dice in every case.
    """
    title, _, unit = name.rstrip("]").partition(" [")
    test = comparison.test
    if test.zeros == test.pairs:
        return f"{a} and {b} score the same in {title} in every case."
    odds = f"p = {comparison.p_holm:.3f}" if comparison.p_holm >= 0.001 else "p < 0.001"
    cases = f"{test.pairs} case" + ("s" if test.pairs > 1 else "")
    end = f"{odds}, {cases}{_asides(comparison, tests=tests)}."
    if comparison.better is None:
        told = f": {a} minus {b} is {_size(comparison, unit=unit)}" if comparison.found else ""
        return f"No difference shown in {title}{told}, {end}"
    winner, loser = (a, b) if comparison.better == "A" else (b, a)
    head = f"{winner} is better than {loser} in {title}"
    if comparison.difference is None:
        return f"{head}, {end}"
    sign = 1 if (comparison.better == "A") == comparison.higher_is_better else -1
    if sign * comparison.difference < 0:
        size = _size(comparison, unit=unit)
        return f"{head} by their ranks but not on average: {a} minus {b} is {size}, {end}"
    return f"{head} by {_size(comparison, unit=unit, sign=sign)}, {end}"


def _size(comparison: Comparison, *, unit: str, sign: int = 1) -> str:
    """The mean difference with its interval, turned round where `sign` is -1."""
    decimals, space = (2, f" {unit}") if unit else (3, "")
    difference, interval = comparison.difference, comparison.interval
    text = f"{_plain(sign * (difference or 0.0), decimals)}{space}"
    if interval is None:
        return text
    low, high = sorted((sign * interval.low, sign * interval.high))
    percent = f"{100 * interval.confidence:g} % CI"
    return f"{text} ({percent} {_plain(low, decimals)} to {_plain(high, decimals)})"


def _plain(value: float, decimals: int) -> str:
    """A rounded number without a minus before zero."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def _asides(comparison: Comparison, *, tests: int) -> str:
    """What else a reader must know before believing the sentence."""
    test, asides = comparison.test, ""
    if missed := test.pairs - comparison.found:
        asides += f"; {missed} with an infinite score count in p alone"
    if comparison.better is None and tests * test.smallest_p >= LEVEL:
        asides += "; so few differ that this test cannot show a difference"
    return asides
