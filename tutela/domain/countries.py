"""Countries by their ISO 3166-1 alpha-2 code."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_SECOND_LETTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A": "DEFGILMOQRSTUWXZ",
        "B": "ABDEFGHIJLMNOQRSTVWYZ",
        "C": "ACDFGHIKLMNORUVWXYZ",
        "D": "EJKMOZ",
        "E": "CEGHRST",
        "F": "IJKMOR",
        "G": "ABDEFGHILMNPQRSTUWY",
        "H": "KMNRTU",
        "I": "DELMNOQRST",
        "J": "EMOP",
        "K": "EGHIMNPRWYZ",
        "L": "ABCIKRSTUVY",
        "M": "ACDEFGHKLMNOPQRSTUVWXYZ",
        "N": "ACEFGILOPRUZ",
        "O": "M",
        "P": "AEFGHKLMNRSTWY",
        "Q": "A",
        "R": "EOSUW",
        "S": "ABCDEGHIJKLMNORSTVXYZ",
        "T": "CDFGHJKLMNORTVWZ",
        "U": "AGMSYZ",
        "V": "ACEGINU",
        "W": "FS",
        "X": "K",
        "Y": "ET",
        "Z": "AMW",
    }
)

#: The officially assigned codes of ISO 3166-1 and XK, the user-assigned code that EU practice gives
#: Kosovo. Greece is GR and the United Kingdom GB, as in the DSA Transparency Database.
COUNTRIES: Final[frozenset[str]] = frozenset(
    first + second for first, seconds in _SECOND_LETTERS.items() for second in seconds
)

#: The countries of the European Economic Area, as the DSA Transparency Database takes a scope.
EEA: Final[frozenset[str]] = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"}
    | {"IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)

#: The Member States of the European Union.
EU: Final[frozenset[str]] = EEA - {"IS", "LI", "NO"}


def is_country(code: str) -> bool:
    """Whether `code` is an assigned alpha-2 code, upper case, or XK."""
    return code in COUNTRIES
