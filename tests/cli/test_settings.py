import hashlib
import os
from pathlib import Path

import pytest

from tutela import settings as house_settings
from tutela.cli.main import run
from tutela.settings import BadSetting, Settings, as_environment, described, read_settings


def test_flags_win_over_the_environment_and_that_over_the_default() -> None:
    environment = {"TUTELA_PORT": "9000", "TUTELA_HOST": "::1", "TUTELA_KEYS": "/srv/keys"}
    settings = read_settings(environment, given={"port": 9001, "host": None})
    assert (settings.port, settings.host, settings.web_processes) == (9001, "::1", 1)
    assert settings.key_folder == Path("/srv/keys")


def test_what_a_child_gets_is_what_its_parent_has() -> None:
    settings = read_settings(
        {
            "TUTELA_DATABASE": "postgresql://x/y",
            "TUTELA_STOP_SECONDS": "1.5",
            "TUTELA_DATA": "/d",
            "TUTELA_OUTSIDE_ALLOWED": "127.0.0.0/8, fd00::/8",
            "TUTELA_PUBLIC_URL": "https://reports.example.org/",
        }
    )
    assert [str(each) for each in settings.outside_networks] == ["127.0.0.0/8", "fd00::/8"]
    assert read_settings(as_environment(settings)) == settings


def test_every_setting_has_a_variable_of_its_own_and_a_meaning() -> None:
    known = described()
    assert set(known) == set(Settings.__dataclass_fields__)
    assert len({each.variable for each in known.values()}) == len(known)
    assert all(each.variable.startswith("TUTELA_") and each.means for each in known.values())


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("TUTELA_PORT", "-1"),
        ("TUTELA_PORT", "65536"),
        ("TUTELA_PORT", "8750.5"),
        ("TUTELA_PORT", "٨"),
        ("TUTELA_WEB_PROCESSES", "0"),
        ("TUTELA_POOL_CONNECTIONS", "1"),
        ("TUTELA_STOP_SECONDS", "soon"),
        ("TUTELA_STOP_SECONDS", "nan"),
        ("TUTELA_STOP_SECONDS", "0"),
        ("TUTELA_CONFIRM_SECONDS", "inf"),
        ("TUTELA_DATABASE", "mysql://x"),
        ("TUTELA_HOST", "a b"),
        ("TUTELA_DATA", "a\0b"),
        ("TUTELA_OUTSIDE_ALLOWED", "10.0.0.1/8"),
        ("TUTELA_OUTSIDE_ALLOWED", "everywhere"),
        ("TUTELA_PUBLIC_URL", "reports.example.org"),
        ("TUTELA_PUBLIC_URL", "https://reports.example.org/path"),
    ],
)
def test_a_bad_value_is_refused_with_the_name_of_its_setting(variable: str, text: str) -> None:
    with pytest.raises(BadSetting, match=f"^{variable} is .+ belongs there"):
        read_settings({variable: text})


def test_a_bad_flag_is_refused_with_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["up", "--port", "99999"]) == 2
    assert capsys.readouterr().err.startswith("tutela: --port is ")


@pytest.fixture
def ordinary_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(os, "geteuid", lambda: 1_000)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_an_ordinary_user_s_data_and_keys_lie_apart_in_their_home(ordinary_user: Path) -> None:
    settings = read_settings({})
    data = ordinary_user / ".local" / "share" / "tutela"
    assert settings.data_folder == data
    name = hashlib.sha256(os.fsencode(os.path.realpath(data))).hexdigest()[:16]
    assert settings.key_folder == ordinary_user / ".config" / "tutela" / "keys" / name
    assert not settings.key_folder.is_relative_to(settings.data_folder)


def test_the_folders_of_the_desktop_standard_are_kept(ordinary_user: Path) -> None:
    settings = read_settings({"XDG_DATA_HOME": "/x/data", "XDG_CONFIG_HOME": "/x/config"})
    assert settings.data_folder == Path("/x/data/tutela")
    assert settings.key_folder.parent == Path("/x/config/tutela/keys")


def test_root_s_data_and_keys_lie_where_services_keep_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    settings = read_settings({})
    assert settings.data_folder == Path("/var/lib/tutela")
    assert settings.key_folder.parent == Path("/etc/tutela/keys")


def test_each_data_folder_has_keys_of_its_own_by_whatever_path_it_is_named(
    tmp_path: Path, ordinary_user: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    named = [read_settings({"TUTELA_DATA": str(tmp_path / each)}) for each in ("a", "link", "b")]
    assert named[0].key_folder == named[1].key_folder != named[2].key_folder


def test_a_database_by_url_has_the_default_keys(ordinary_user: Path) -> None:
    settings = read_settings({"TUTELA_DATABASE": "postgresql://x/y"})
    assert settings.key_folder.name == "default"
    assert not settings.is_embedded


def test_numbers_have_bounds() -> None:
    assert house_settings.PORT_MAX == 65_535
