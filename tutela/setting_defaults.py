"""Where things lie unless an operator says otherwise; it depends on the machine and the user."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path


def default_data_folder(environment: Mapping[str, str]) -> Path:
    """`~/.local/share/tutela`; for root `/var/lib/tutela`."""
    if os.geteuid() == 0:
        return Path("/var/lib/tutela")
    share = environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(share) / "tutela"


def default_key_folder(environment: Mapping[str, str], *, data_folder: Path | None) -> Path:
    """A folder outside the data folder, of it alone; `default` for a database by URL."""
    if os.geteuid() == 0:
        keys = Path("/etc/tutela/keys")
    else:
        config = environment.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        keys = Path(config) / "tutela" / "keys"
    if data_folder is None:
        return keys / "default"
    real = os.path.realpath(data_folder)
    return keys / hashlib.sha256(os.fsencode(real)).hexdigest()[:16]
