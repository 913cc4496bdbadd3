"""Packs for the formats: the shipped ones, and one of a test's own."""

from pathlib import Path

import pytest
from exchange_referee import Own

from netwatch.exchange.choice import NameList, name_list
from netwatch.match.signatures import Pack, load_packs
from netwatch.paths import packs_folder


@pytest.fixture
def own(tmp_path: Path) -> Own:
    return Own(tmp_path)


@pytest.fixture(scope="session")
def shipped() -> Pack:
    return load_packs([packs_folder()])


@pytest.fixture(scope="session")
def names(shipped: Pack) -> NameList:
    return name_list(shipped)
