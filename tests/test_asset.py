"""What a machine is called, and what is nobody's name."""

import pytest

from netwatch.asset import Asset, AssetList, plain_name, short_name
from netwatch.limits import ASSET_SKIPPED_MAX
from netwatch.names import host_text


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("PC-SALES-2", "pc-sales-2"),
        (" PC1.corp.example. ", "pc1.corp.example"),
        ("pc1.local", "pc1"),
        ("pc1.home.arpa", "pc1"),
        ("pc1.localdomain", "pc1"),
        ("Anna's MacBook 2", "annas-macbook-2"),
        ("Anna\N{RIGHT SINGLE QUOTATION MARK}s MacBook 2", "annas-macbook-2"),
        ("ÄRZTE", r"\195\132rzte"),
    ],
)
def test_names_are_compared_in_one_form(said: str, name: str) -> None:
    assert plain_name(said) == name
    # What the wire said goes through host_text first: the same must come out.
    assert plain_name(host_text(said.strip().encode())) == name


@pytest.mark.parametrize(
    "said",
    ["", ".", "localhost", "LOCALHOST.localdomain", "iPhone", "iphone-3", "unknown", "MacBook-Pro",
     "android.lan", "localhost.corp.example"],
)  # fmt: skip
def test_what_is_nobodys_name(said: str) -> None:
    assert plain_name(said) == ""


def test_the_first_label() -> None:
    assert short_name("pc1.corp.example") == short_name("pc1") == "pc1"


def test_an_asset_is_a_value() -> None:
    assert Asset(id="a", line=1) == Asset(id="a", line=1) != Asset(id="a", line=2)


def test_what_is_skipped_is_bounded_and_counted() -> None:
    found = AssetList(path="a", format="csv", encoding="utf-8", sha256="", rows=0)
    for line in range(ASSET_SKIPPED_MAX + 5):
        found.skip(line, "why")
    assert len(found.skipped) == ASSET_SKIPPED_MAX
    assert found.skipped_count == ASSET_SKIPPED_MAX + 5


def test_what_is_skipped_is_told_on_one_line() -> None:
    found = AssetList(path="a", format="csv", encoding="utf-8", sha256="", rows=0)
    found.skip(2, "Gerät\n\x1b: why")
    assert found.skipped[0].why == "Gerät\\n\\x1b: why"
