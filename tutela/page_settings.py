"""What an operator may choose about the public pages: each setting with its default."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tutela import setting_readers as reads
from tutela.login_settings import LoginSettings
from tutela.setting_readers import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings(LoginSettings):
    """What an operator may choose about the public pages."""

    public_languages: Annotated[
        str,
        Setting(
            variable="TUTELA_PUBLIC_LANGUAGES",
            means="the languages of the public pages, with commas; the first where none fits",
            read=reads.languages,
        ),
    ] = "en,de,fr,es"
    public_words: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_PUBLIC_WORDS",
            means="a folder with further catalogues of the public pages' words",
            read=reads.folder,
        ),
    ] = None
    exit_url: Annotated[
        str | None,
        Setting(
            variable="TUTELA_EXIT_URL",
            means="where the public pages lead whoever leaves quickly; without one, to a calendar",
            read=reads.http_url,
        ),
    ] = None
