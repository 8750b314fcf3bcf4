"""Every setting: its unit in its name, its default, and its name in the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from tutela import setting_readers as reads
from tutela.care_settings import CareSettings
from tutela.guard_settings import GuardSettings
from tutela.login_settings import LoginSettings
from tutela.oversight_settings import OversightSettings
from tutela.page_settings import PageSettings
from tutela.setting_defaults import default_data_folder, default_key_folder
from tutela.setting_readers import Setting

PORT_MAX = 65_535


class BadSetting(ValueError):
    """A setting can't be what it was given as; the text names the setting and what it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(OversightSettings):
    """What an operator may choose; `read_settings` fills in what depends on the machine."""

    data_folder: Annotated[
        Path,
        Setting(
            variable="TUTELA_DATA", means="the folder of the embedded database", read=reads.folder
        ),
    ] = Path()
    database_url: Annotated[
        str | None,
        Setting(
            variable="TUTELA_DATABASE",
            means="a PostgreSQL of one's own, by its URL",
            read=reads.url,
        ),
    ] = None
    key_folder: Annotated[
        Path,
        Setting(
            variable="TUTELA_KEYS",
            means="the folder of the keys, outside the data folder",
            read=reads.folder,
        ),
    ] = Path()
    host: Annotated[
        str,
        Setting(variable="TUTELA_HOST", means="the address that is served", read=reads.host),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Setting(
            variable="TUTELA_PORT",
            means="the port that is served; 0 takes a free one",
            read=reads.whole(0, most=PORT_MAX),
        ),
    ] = 8750
    web_processes: Annotated[
        int,
        Setting(
            variable="TUTELA_WEB_PROCESSES",
            means="web processes that share the port",
            read=reads.whole(1, most=64),
        ),
    ] = 1
    pool_connections: Annotated[
        int,
        Setting(
            variable="TUTELA_POOL_CONNECTIONS",
            means="database connections of a process, at most",
            read=reads.whole(2, most=200),
        ),
    ] = 8
    stop_seconds: Annotated[
        float,
        Setting(
            variable="TUTELA_STOP_SECONDS",
            means="how long calls in flight may take when the service ends",
            read=reads.between(0.1, most=3_600),
        ),
    ] = 30.0
    bulk_alone_max: Annotated[
        int,
        Setting(
            variable="TUTELA_BULK_ALONE_MAX",
            means="up to how many subjects one person decides about in bulk",
            read=reads.whole(0, most=1_000_000_000),
        ),
    ] = 100
    confirm_seconds: Annotated[
        float,
        Setting(
            variable="TUTELA_CONFIRM_SECONDS",
            means="how long the platform may take to confirm a measure before it is asked",
            read=reads.between(1, most=31 * 86_400),
        ),
    ] = 3_600.0
    service_did: Annotated[
        str,
        Setting(
            variable="TUTELA_SERVICE_DID",
            means="this service over AT Protocol: whom its accounts must address",
            read=reads.did,
        ),
    ] = "did:web:localhost"
    public_service: Annotated[
        str,
        Setting(
            variable="TUTELA_PUBLIC_SERVICE",
            means="for which service the doors take reports that need no token of ours",
            read=reads.service,
        ),
    ] = "main/main"
    plc_directory: Annotated[
        str | None,
        Setting(
            variable="TUTELA_PLC_DIRECTORY",
            means="the directory that is asked for a did:plc; without one none is resolved",
            read=reads.http_url,
        ),
    ] = None
    osprey_reports: Annotated[
        str | None,
        Setting(
            variable="TUTELA_OSPREY_REPORTS",
            means="Osprey's actions that are reports, with commas, instead of the usual names",
            read=reads.words,
        ),
    ] = None
    reconcile_seconds: Annotated[
        float,
        Setting(
            variable="TUTELA_RECONCILE_SECONDS",
            means="between two reconciliations",
            read=reads.between(1, most=3_600),
        ),
    ] = 30.0
    canary_seconds: Annotated[
        float,
        Setting(
            variable="TUTELA_CANARY_SECONDS",
            means="between two probes on a route",
            read=reads.between(5, most=86_400),
        ),
    ] = 300.0
    probe_url: Annotated[
        str | None,
        Setting(
            variable="TUTELA_PROBE_URL",
            means="where probes knock, if not at the served address",
            read=reads.http_url,
        ),
    ] = None

    outside_allowed: Annotated[
        str | None,
        Setting(
            variable="TUTELA_OUTSIDE_ALLOWED",
            means="private networks that may be fetched from, also over plain http; with commas",
            read=reads.networks,
        ),
    ] = None
    public_url: Annotated[
        str | None,
        Setting(
            variable="TUTELA_PUBLIC_URL",
            means="where strangers reach this service, if the Host of their calls does not say it",
            read=reads.public_url,
        ),
    ] = None

    heads_file: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_HEADS_FILE",
            means="a file to which each new head is appended",
            read=reads.file,
        ),
    ] = None
    heads_url: Annotated[
        str | None,
        Setting(
            variable="TUTELA_HEADS_URL",
            means="a URL of a second party to which each new head is posted",
            read=reads.http_url,
        ),
    ] = None
    timestamp_url: Annotated[
        str | None,
        Setting(
            variable="TUTELA_TIMESTAMP_URL",
            means="an authority that stamps the newest head once a day (RFC 3161)",
            read=reads.http_url,
        ),
    ] = None

    language: Annotated[
        str,
        Setting(
            variable="TUTELA_LANGUAGE",
            means="the language of statements of reasons to people whose own is unknown",
            read=reads.language,
        ),
    ] = "en"

    withholding_bases: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_WITHHOLDING_BASES",
            means="a register of national bases on which people may be told later of a decision",
            read=reads.file,
        ),
    ] = None

    detection_bases: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_DETECTION_BASES",
            means="a register of further legal bases on which detectors may look",
            read=reads.file,
        ),
    ] = None
    rules: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_RULES", means="a file or folder of policies in CEL", read=reads.file
        ),
    ] = None
    detection_policy: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_DETECTION_POLICY",
            means="what follows from matches with which list, instead of a case for every one",
            read=reads.file,
        ),
    ] = None
    public_surfaces: Annotated[
        str | None,
        Setting(
            variable="TUTELA_PUBLIC_SURFACES",
            means="surfaces that anybody can see, with commas, instead of the usual names",
            read=reads.words,
        ),
    ] = None
    detection_seconds: Annotated[
        float,
        Setting(
            variable="TUTELA_DETECTION_SECONDS",
            means="how long a detector may take for one look",
            read=reads.between(0.05, most=10),
        ),
    ] = 2.0
    detector_seconds: Annotated[
        float,
        Setting(
            variable="TUTELA_DETECTOR_SECONDS",
            means="between two looks whether every detector finds its canary",
            read=reads.between(1, most=3_600),
        ),
    ] = 30.0
    match_items_per_second: Annotated[
        float,
        Setting(
            variable="TUTELA_MATCH_ITEMS_PER_SECOND",
            means="how many items a token may ask about, in each process",
            read=reads.between(0.1, most=1_000_000),
        ),
    ] = 1_000.0

    transparency_url: Annotated[
        str | None,
        Setting(
            variable="TUTELA_TRANSPARENCY_URL",
            means="the Transparency Database that statements are filed with; none: nothing leaves",
            read=reads.http_url,
        ),
    ] = None
    transparency_token_file: Annotated[
        Path | None,
        Setting(
            variable="TUTELA_TRANSPARENCY_TOKEN_FILE",
            means="the file of the platform's token, read again when it is refused",
            read=reads.file,
        ),
    ] = None
    transparency_tenant: Annotated[
        str,
        Setting(
            variable="TUTELA_TRANSPARENCY_TENANT",
            means="whose statements are filed under that token",
            read=reads.words,
        ),
    ] = "main"
    exchange_hosts: Annotated[
        str | None,
        Setting(
            variable="TUTELA_EXCHANGE_HOSTS",
            means="hosts of hotlines' exchanges that lists may follow, with commas; none: nothing",
            read=reads.words,
        ),
    ] = None
    served_countries: Annotated[
        str | None,
        Setting(
            variable="TUTELA_SERVED_COUNTRIES",
            means="where the services are offered, with commas; none: in the whole EEA",
            read=reads.countries,
        ),
    ] = None

    @property
    def outside_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The private networks that may be fetched from."""
        return tuple(ip_network(each) for each in (self.outside_allowed or "").split(",") if each)

    @property
    def probed_url(self) -> str:
        """Where a probe of this house knocks."""
        return self.probe_url or f"http://{self.host}:{self.port}"

    @property
    def is_embedded(self) -> bool:
        """Whether the database is our own, in the data folder."""
        return self.database_url is None


def read_settings(
    environment: Mapping[str, str], *, given: Mapping[str, object] | None = None
) -> Settings:
    """The settings: what was given (None counts as not), else the environment's, else the default.

    Errors: `BadSetting` with the setting's name.
    """
    values: dict[str, Any] = {}
    for name, setting in described().items():
        value = (given or {}).get(name)
        text = environment.get(setting.variable, "")
        if value is not None:
            values[name] = _read(setting, text=str(value), named=f"--{_flag(name)}")
        elif text:
            values[name] = _read(setting, text=text, named=setting.variable)
    values.setdefault("data_folder", default_data_folder(environment))
    embedded = values["data_folder"] if values.get("database_url") is None else None
    values.setdefault("key_folder", default_key_folder(environment, data_folder=embedded))
    return Settings(**values)


def as_environment(settings: Settings) -> dict[str, str]:
    """The same settings as environment variables, for a child process."""
    return {
        setting.variable: str(value)
        for name, setting in described().items()
        if (value := getattr(settings, name)) is not None
    }


def described() -> dict[str, Setting]:
    """Every setting by its name."""
    hints = get_type_hints(Settings, include_extras=True)
    parts = (OversightSettings, PageSettings, LoginSettings, GuardSettings, CareSettings)
    apart = [part.__annotations__ for part in parts]
    names = sorted(hints, key=lambda name: [name in each for each in apart])
    return {name: hints[name].__metadata__[0] for name in names}


def _read(setting: Setting, *, text: str, named: str) -> object:
    try:
        return setting.read(text)
    except ValueError as cause:
        wanted = str(cause) if str(cause).startswith("a ") else "a number"
        raise BadSetting(f"{named} is {setting.means}: {wanted} belongs there.") from cause


def _flag(name: str) -> str:
    short = {"data_folder": "data", "database_url": "database", "key_folder": "keys"}
    return short.get(name, name.replace("_", "-"))
