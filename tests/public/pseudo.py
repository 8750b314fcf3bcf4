"""A language that nobody has written yet: from right to left, and four tenths longer."""

import re
from pathlib import Path

import tutela.web

PSEUDO = "ar-XB"
SHORT = ("name", "months", "time", "direction")
WORDS = Path(tutela.web.__file__).parent / "public" / "words"
#: How much longer German, Finnish or Greek may be than English.
LONGER = 0.4


def pseudo(text: str) -> str:
    """A text whose letters carry accents, in brackets, four tenths longer and as unbroken."""
    parts = re.split(r"(\{\w+\})", text)
    told = "".join(
        part if part.startswith("{") else re.sub("([aeiou])", "\\1\u0301", part) for part in parts
    )
    longest = max(re.sub(r"\{\w+\}", "", text).split() or ["x"], key=len)
    return f"[{told} {(longest * len(text))[: round(len(longest) * LONGER)]}{'·' * 3}]" + (
        " " + " ".join(re.sub(r"\{\w+\}", "", text).split())[: round(len(text) * LONGER)]
    )


def write_pseudo(folder: Path) -> None:
    """The catalogue of the language, made from the English one."""
    lines = []
    for line in (WORDS / "en.toml").read_text(encoding="utf-8").splitlines():
        name, sign, text = line.partition(' = "')
        is_told = bool(sign) and name not in SHORT
        otherwise = f'{name} = "{pseudo(text[:-1])}"' if is_told else line
        lines.append(otherwise.replace('direction = "ltr"', 'direction = "rtl"'))
    (folder / f"{PSEUDO}.toml").write_text("\n".join(lines), encoding="utf-8")
