"""Compiled. Octets of a frame to addresses, ports and payload."""
