"""Names to signatures. The packs are read by `signatures.py`; the hot matching is compiled."""
