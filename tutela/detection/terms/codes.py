"""What the Latin fold makes of a code point: one byte.

Letters are bytes of their own, by how sure it is that they are letters; everything else is a kind.
"""

import string
from typing import Final

#: Dropped: nobody sees it (zero width, soft hyphen, bidi controls).
DROP: Final = 0
#: Dropped, and belongs to the character before it (combining marks, variation selectors).
MARK: Final = 1
#: Dropped, and may carry a letter that a reading of its own shows (tags, combining letters).
HIDDEN: Final = 2
#: Dropped, and turns the direction of what follows.
TURNING: Final = 3
#: Separates words and sentences: whitespace, commas, apostrophes.
BREAK: Final = 4
#: Separates and may join: dots, dashes, emoji.
JOINT: Final = 5
#: A JOINT that is a letter where letters stand on both sides.
INSIDE: Final = 6
#: A JOINT that is a letter where a letter stands on one side.
BESIDE: Final = 7
#: Between two texts.
BOUNDARY: Final = 8
#: A letter or number of another script.
OTHER: Final = 9
#: Several codes, which the table holds beside.
MANY: Final = 255

LETTERS: Final = string.ascii_lowercase.encode()
#: Letters that digits stand for begin here: `O` is 0.
FROM_DIGIT: Final = 0x41
#: Letters as they are begin here.
PLAIN: Final = 0x61
#: Letters that may stand for another one too begin here.
AMBIGUOUS: Final = 0x81
#: Letters that are written upside down begin here.
UPSIDE_DOWN: Final = 0xA1
#: Letters written as regional indicators begin here.
FLAGS: Final = 0xC1

#: Nobody sees what is below.
SEEN: Final = BREAK
#: What is seen and below separates; from here on it takes part in a match or ends it.
SIGNS: Final = BOUNDARY
#: From here on codes are letters.
ANY_LETTER: Final = FROM_DIGIT

#: The letter that a digit looks like: 0 to 9.
DIGITS: Final = "olzeasgtbg"


def letter(code: int) -> str:
    """The letter of a letter's code; an empty string for a kind."""
    for start in (FROM_DIGIT, PLAIN, AMBIGUOUS, UPSIDE_DOWN, FLAGS):
        if start <= code < start + len(LETTERS):
            return chr(PLAIN + code - start)
    return ""


def coded(letter_: str, *, start: int = PLAIN) -> int:
    """The code of the letter among those that begin at `start`."""
    return start + ord(letter_) - PLAIN
