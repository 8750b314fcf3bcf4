"""The operator's file of surfaces: what can't be asked is refused with file, line and field."""

from pathlib import Path

import pytest

from tutela.guard.asking import Surface
from tutela.guard.propagation.configured import Asks, ProbesUnfit, read_headers, read_probes

GOOD = """\
sample = 3

[[surface]]
name = "search-web"
surface = "search"
url = "https://platform.example/search?q={value}&viewer={viewer}"
results = "/results"
blocked = "/blocked"
controls = ["weather"]
headers_file = "headers.txt"
timeout_seconds = 2.5

[[surface]]
name = "for-you"
surface = "recommendation"
asks = "viewer"
service = "other/app"
url = "http://10.0.0.4:8080/recommendations/{value}"
results = "/items"
id = "/id"
controls = ["test-1"]
"""


def written(folder: Path, *, text: str) -> Path:
    (folder / "headers.txt").write_text("Authorization: Bearer not-told\n\nX-Probe: 1\n")
    path = folder / "probes.toml"
    path.write_text(text)
    return path


def test_a_file_names_each_surface_of_each_service(tmp_path: Path) -> None:
    probes = read_probes(written(tmp_path, text=GOOD))
    search, for_you = probes.surface
    assert (search.surface, search.kind, search.tells_versions) == (Surface.SEARCH, Asks.TEXT, True)
    assert (for_you.kind, for_you.tells_versions) == (Asks.VIEWER, False)
    assert set(probes.services) == {"main/main", "other/app"}
    assert read_headers(search, folder=tmp_path) == {
        "Authorization": "Bearer not-told",
        "X-Probe": "1",
    }
    assert read_headers(for_you, folder=tmp_path) == {}


@pytest.mark.parametrize(
    ("instead", "by", "line", "field"),
    [
        ('surface = "search"', 'surface = "feed"', 5, "surface.0.surface"),
        ('name = "search-web"', 'name = "a b"', 4, "surface.0.name"),
        ('name = "for-you"', 'nom = "for-you"', 14, "surface.1.nom"),
        ("sample = 3", "sample = 0", 1, "sample"),
        ("q={value}", "q=everything", 6, "surface.0.url"),
        ("{viewer}", "{who}", 6, "surface.0.url"),
        ("https://platform.example", "https://{value}.example", 6, "surface.0.url"),
        ("https://platform.example", "https://me:secret@platform.example", 6, "surface.0.url"),
        ("https://", "ftp://", 6, "surface.0.url"),
        ("platform.example", "platform.example:99999", 6, "surface.0.url"),
        ("platform.example", "127.1", 6, "surface.0.url"),
        ("platform.example", "exa_mple-", 6, "surface.0.url"),
        ('results = "/results"', 'results = "results"', 7, "surface.0.results"),
        ('controls = ["weather"]', "controls = []", 9, "surface.0.controls"),
        ("headers.txt", "none.txt", 10, "surface.0.headers_file"),
        ("timeout_seconds = 2.5", "timeout_seconds = 0.0", 11, "surface.0.timeout_seconds"),
        ('asks = "viewer"\n', "", 13, "surface.1.asks"),
        ('id = "/id"\n', "", 13, "surface.1.id"),
    ],
)
def test_what_can_not_be_asked_is_refused_with_its_place(
    tmp_path: Path, instead: str, by: str, line: int, field: str
) -> None:
    assert instead in GOOD
    path = written(tmp_path, text=GOOD.replace(instead, by))
    with pytest.raises(ProbesUnfit) as refused:
        read_probes(path)
    assert f"{path}, line {line}, {field}: " in refused.value.detail
    assert "secret" not in refused.value.detail


def test_two_surfaces_of_one_name_are_refused(tmp_path: Path) -> None:
    first = GOOD[GOOD.index("[[surface]]") : GOOD.rindex("[[surface]]")]
    path = written(tmp_path, text=GOOD + first)
    with pytest.raises(ProbesUnfit, match=r"line 23, surface\.2\.name: a second surface"):
        read_probes(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"surface = [", "not TOML"),
        (b"\xff", "not UTF-8"),
        (b"#" * 1_048_577, "more than 1048576 bytes"),
        (b"", "surface: "),
        (b"surface = []", "line 1, surface: "),
        (b"surface = " + b"[" * 5_000, "not TOML"),
    ],
)
def test_a_file_that_is_none_is_refused_by_its_name(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "probes.toml"
    path.write_bytes(content)
    with pytest.raises(ProbesUnfit) as refused:
        read_probes(path)
    assert refused.value.detail.startswith(f"{path}")
    assert told in refused.value.detail
    with pytest.raises(ProbesUnfit, match="No such file"):
        read_probes(tmp_path / "none.toml")


@pytest.mark.parametrize("line", ["Authorization Bearer", "X-Ü: 1", ": 1", "A: 1\x01", "A: é"])
def test_headers_are_refused_by_their_line_and_never_told(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, text=GOOD)
    (tmp_path / "headers.txt").write_text(f"X-Probe: 1\n{line}\n")
    with pytest.raises(ProbesUnfit) as refused:
        read_probes(path)
    assert "headers.txt, line 2" in refused.value.detail
    assert line not in refused.value.detail
