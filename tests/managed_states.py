"""One of each answer to "is it managed?", for the tests of the outputs."""

from typing import Final

from netwatch.report import AssetMatch, Managed

MANAGED: Final = {
    "managed": Managed(
        state="managed",
        reason="asset NB-1, by its MAC",
        matches=[
            AssetMatch(asset="NB-1", path="a.csv", line=2, key="mac", value="00:11:22:33:44:55")
        ],
    ),
    "unmanaged": Managed(state="unmanaged", reason="no asset has its MAC"),
    "unidentified": Managed(state="unidentified", reason="known only by its address"),
}
"""By their states."""
