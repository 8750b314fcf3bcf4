"""Words that do what they can to a page: each must be shown as text, whole, on some screen."""

from dataclasses import dataclass, field
from typing import Final

#: Markup, signs that turn the reading direction, five scripts; then nothing to break a line at.
HOSTILE: Final = (
    "<script>document.title='taken'</script>\"'><img src=x onerror=document.title='taken'>"
    "\u202e\u2066 Ελληνικά العربية हिन्दी 漢字 кириллица "
)
LONG: Final = 2_000


@dataclass
class Words:
    """Every hostile text that was said, by the field that it was said in."""

    said: dict[str, str] = field(default_factory=dict)

    def of(self, field_name: str, *, length: int = LONG) -> str:
        """A text of so many code points that no other field has."""
        assert field_name not in self.said, field_name
        text = f"{len(self.said):02}{HOSTILE}".ljust(length, "x")[:length]
        self.said[field_name] = text
        return text
