"""A file of leases, written and read."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from netwatch.leases.files import LeaseFile, read_lease_file

AT = 1_763_546_400


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., LeaseFile]:
    """What is read of a text, in a file that was written at AT."""

    def read(text: str, suffix: str = "", site: str = "", encoding: str = "utf-8") -> LeaseFile:
        path = tmp_path / "leases"
        path.write_text(text, encoding=encoding)
        os.utime(path, (AT, AT))
        return read_lease_file(f"{site}{path}{suffix}")

    return read
