"""The folder of cases: all of it is there, or nothing."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.csv as pacsv

from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.grouping.documents import WrittenCases

DOCUMENT = "cases.json"


def writable_folder(path: Path) -> None:
    """Raises NetworkFileUnfit where the folder can't be made, or holds something already."""
    if not path.parent.is_dir():
        raise NetworkFileUnfit(f"{path}: there is no folder {path.parent}.")
    if path.exists() and not path.is_dir():
        raise NetworkFileUnfit(f"{path}: is a file; a folder is wanted.")
    if path.is_dir() and any(path.iterdir()):
        raise NetworkFileUnfit(f"{path}: is not empty; nothing there is written over.")


def write_folder(
    path: Path,
    *,
    document: WrittenCases,
    tables: Mapping[str, pa.Table],
    drafts: Mapping[str, bytes],
) -> None:
    """`cases.json`, and a folder a case with `members.csv` and `bulk-draft.jsonl`."""
    writable_folder(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.mkdir()
        for name, table in tables.items():
            (beside / name).mkdir()
            plain = pacsv.WriteOptions(quoting_header="none")
            pacsv.write_csv(table, beside / name / "members.csv", plain)
            (beside / name / "bulk-draft.jsonl").write_bytes(drafts[name])
        text = msgspec.json.format(msgspec.json.encode(document), indent=2)
        (beside / DOCUMENT).write_bytes(text + b"\n")
        beside.replace(path)
    except OSError as error:
        raise NetworkFileUnfit(f"{path}: {error.strerror or 'can not be written'}.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
