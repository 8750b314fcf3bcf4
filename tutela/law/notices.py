"""What the law says about notices."""

from datetime import date
from functools import lru_cache

from tutela.domain.vocabulary import Keyword
from tutela.law.parameters import Unit, words

#: Days whose answer is kept: intake asks for today, a replay for a few others.
_DAYS_KEPT = 64


@lru_cache(maxsize=_DAYS_KEPT)
def anonymous_keywords(on: date) -> frozenset[Keyword]:
    """The keywords whose notifier may stay unknown on that day: DSA Art. 16(2)(c).

    Raises NotInForce for a day before the law applied.
    """
    return frozenset(map(Keyword, words("anonymous_notice_keywords", unit=Unit.KEYWORDS, on=on)))
