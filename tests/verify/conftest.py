"""An export, written and verified."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verify.exporting import Export
from tutela_verify import Verdict, verify_export


@pytest.fixture
def verify(tmp_path: Path) -> Callable[..., Verdict]:
    def verify(export: Export | bytes, **options: object) -> Verdict:
        path = tmp_path / "export"
        path.write_bytes(export if isinstance(export, bytes) else export.written())
        return verify_export(path, **options)  # type: ignore[arg-type]

    return verify
