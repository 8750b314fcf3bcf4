"""In which language, and in adults' or children's words, each affected person is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tutela.decisions.words.catalogs import chosen
from tutela.domain.decision import Recipient
from tutela.domain.vocabulary import Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How one person is told: `language` is one that there are words in."""

    language: str
    audience: Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """What is known of those whom a decision affects."""

    #: What the platform's events say, by account.
    known: Mapping[str, Recipient] = field(default_factory=dict)
    #: The language where neither says one that there are words in.
    default_language: str | None = None

    def of(self, recipient: str | None, *, said: Recipient | None) -> Reader:
        """How that account is told; what the decision says goes before what events say."""
        said, known = said or Recipient(), self.known.get(recipient or "", Recipient())
        return Reader(
            language=chosen(said.language, known.language, self.default_language),
            audience=said.audience or known.audience or Audience.ADULT,
        )
