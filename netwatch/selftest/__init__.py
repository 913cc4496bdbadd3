"""Builds traffic and sends it through the whole pipeline: is everything found that should be?

First the builders (`frames` by scapy, `messages`, `hellos`, `quic`, `authority`, `wire`, `files`),
which make the captures in pcaps/ as well; then `examples` and `trials`, which make traffic for
every signature and signal, and `checkup`, which says what was missed.
"""
