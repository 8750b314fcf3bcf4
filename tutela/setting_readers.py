"""What a setting can be, read from its text; ValueError says what belongs there, `a ..`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SENTENCE_MAX: Final = 400


_PEOPLES = "(reviewer|specialist|lead|investigator|compliance|auditor|inspector|admin)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is known about one setting."""

    variable: str
    means: str
    read: Callable[[str], object]


def between(least: float, *, most: float) -> Callable[[str], float]:
    """A number from `least` to `most`."""

    def read(text: str) -> float:
        number = float(text)
        if not least <= number <= most:
            raise ValueError(f"a number from {least:g} to {most:g}")
        return number

    return read


def whole(least: int, *, most: int) -> Callable[[str], int]:
    """A whole number from `least` to `most`."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def folder(text: str) -> Path:
    """A folder, absolute."""
    if not text or "\x00" in text:
        raise ValueError("a folder")
    return Path(text).expanduser().absolute()


def file(text: str) -> Path:
    """A file, absolute."""
    if not text or "\x00" in text:
        raise ValueError("a file")
    return Path(text).expanduser().absolute()


def url(text: str) -> str:
    """A PostgreSQL by its URL."""
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("a URL that begins with postgresql://")
    return text


def http_url(text: str) -> str:
    """A URL over HTTP."""
    if not text.startswith(("http://", "https://")):
        raise ValueError("a URL that begins with http:// or https://")
    return text


def host(text: str) -> str:
    """A name or an address of this machine."""
    if not text or any(letter.isspace() for letter in text):
        raise ValueError("a name or an address of this machine")
    return text


def public_url(text: str) -> str:
    """A scheme and a host, in lower case."""
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?", text):
        raise ValueError("a URL of a scheme and a host alone, such as https://reports.example.org")
    return text.rstrip("/").lower()


def networks(text: str) -> str:
    """Networks with commas."""
    try:
        return ",".join(str(ip_network(each.strip())) for each in text.split(","))
    except ValueError as cause:
        raise ValueError("a list of networks with commas, such as 10.1.0.0/16") from cause


def words(text: str) -> str:
    """Names with commas."""
    if not all(re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", each.strip()) for each in text.split(",")):
        raise ValueError("a list of names with commas, such as report_post,report_user")
    return text


def countries(text: str) -> str:
    """Countries by their codes of ISO 3166-1, with commas."""
    if not re.fullmatch(r"[A-Z]{2}(,[A-Z]{2})*", text):
        raise ValueError("a list of countries with commas, such as DE,GR")
    return text


def one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    """One of the words."""

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"a word of {', '.join(known)}")
        return text

    return read


def surfaces(text: str) -> str:
    """Surfaces of the guard with commas, or none of them."""
    one = "(search|typeahead|hashtag|recommendation)"
    if not re.fullmatch(f"none|{one}(,{one})*", text):
        raise ValueError("a list of surfaces with commas, such as search,typeahead, or none")
    return text


def people_roles(text: str) -> str:
    """Roles of people, with commas."""
    if not re.fullmatch(f"{_PEOPLES}(,{_PEOPLES})*", text):
        raise ValueError("a list of roles with commas, such as lead,admin")
    return text


def role_of_words(text: str) -> str:
    """Words with the role of people that each stands for, with commas."""
    one = f"[A-Za-z0-9_.:/-]{{1,128}}={_PEOPLES}"
    if not re.fullmatch(f"{one}(,{one})*", text):
        raise ValueError("a list of words with their roles, such as tutela-leads=lead")
    return text


def issuer(text: str) -> str:
    """A provider's URL, over https, or over http on this machine."""
    if not re.fullmatch(
        r"https://[^\s?#]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?[^\s?#]*", text
    ):
        raise ValueError("a URL that begins with https://, as the provider itself writes it")
    return text


def hosts(text: str) -> str:
    """Hosts with commas, each with its port where it is no usual one."""
    one = r"[A-Za-z0-9.-]+(:[0-9]{1,5})?"
    if not re.fullmatch(f"{one}(,{one})*", text):
        raise ValueError("a list of hosts with commas, such as login.example.org")
    return text.lower()


def did(text: str) -> str:
    """A DID."""
    if not re.fullmatch(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]", text):
        raise ValueError("a DID, such as did:web:moderation.example.org")
    return text


def service(text: str) -> str:
    """A tenant and its service."""
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,63}/[A-Za-z0-9][\w.-]{0,63}", text, re.ASCII):
        raise ValueError("a tenant and its service, such as main/main")
    return text


def language(text: str) -> str:
    """A language."""
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", text):
        raise ValueError("a language, such as de or pt-BR")
    return text


def vault_template(text: str) -> str:
    """A link with the four places that a signed one fills."""
    places = ("{id}", "{expires}", "{nonce}", "{signature}")
    at = re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]*", text)
    if not at or any(text.count(place) != 1 for place in places):
        raise ValueError(f"a URL with each of {', '.join(places)} once, behind its host")
    return text


def exposure(text: str) -> str:
    """Reveals and minutes."""
    if not re.fullmatch(r"[0-9]{1,6}/[0-9]{1,4}", text):
        raise ValueError("a pair of reveals and minutes, such as 120/60")
    return text


def exposures(text: str) -> str:
    """Reveals and minutes by families of harm, or none."""
    one = r"[a-z_]{1,32}=[0-9]{1,6}/[0-9]{1,4}"
    if not re.fullmatch(f"none|{one}(,{one})*", text):
        raise ValueError("a list of families with reveals and minutes, child_safety=40/20, or none")
    return text


def time_zone(text: str) -> str:
    """A time zone of the IANA database."""
    try:
        return ZoneInfo(text).key
    except (ValueError, ZoneInfoNotFoundError, OSError) as cause:
        raise ValueError("a time zone, such as Europe/Berlin") from cause


def sentence(text: str) -> str:
    """A line of words."""
    if not text.isprintable() or not text.strip() or len(text) > SENTENCE_MAX:
        raise ValueError(f"a line of at most {SENTENCE_MAX} characters")
    return text.strip()


def languages(text: str) -> str:
    """Languages with commas."""
    try:
        return ",".join(language(each.strip()) for each in text.split(","))
    except ValueError as cause:
        raise ValueError("a list of languages with commas, such as en,de,fr") from cause
