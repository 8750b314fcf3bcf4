"""Files that others wrote are as they published them, each with its licence."""

import hashlib
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "tutela" / "web" / "static" / "vendored"
NOTE = "VENDORED.toml"


def test_every_vendored_file_is_listed_with_its_digest_and_its_licence() -> None:
    listed = tomllib.loads((FOLDER / NOTE).read_text(encoding="utf-8"))["file"]
    assert listed
    for each in listed:
        content = (FOLDER / each["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == each["sha256"], each["name"]
        assert each["licence"]
        assert (FOLDER / each["licence_file"]).read_text(encoding="utf-8").strip()
        assert each["from"]
    known = {NOTE, *(each["name"] for each in listed), *(each["licence_file"] for each in listed)}
    assert {path.name for path in FOLDER.iterdir()} == known
