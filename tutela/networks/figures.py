"""Shares and odds, for people."""


def percent(share: float) -> str:
    """A share for people: `0.4 %` below one percent, `12 %` above."""
    if 0 < share < 0.001:  # noqa: PLR2004 - what one decimal can show
        return "under 0.1 %"
    return f"{100 * share:.1f} %" if 0 < share < 0.01 else f"{100 * share:.0f} %"  # noqa: PLR2004 - one percent


def odds(chance: float) -> str:
    """A probability for people: `about 1 in 500`."""
    if chance <= 0:
        return "practically never"
    if chance < 1e-6:  # noqa: PLR2004 - what a permutation of seeds can tell apart
        return "less than 1 time in 1,000,000"
    if chance < 0.1:  # noqa: PLR2004 - below, a ratio reads better
        return f"about 1 time in {1 / chance:,.0f}"
    return f"{100 * chance:.0f} times in 100"
