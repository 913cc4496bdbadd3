"""Packs out as lists that other tools read, and other people's lists in as packs.

One file per format: `lines` writes one, `read` reads one, and `formats.py` has the two tables. What
a format cannot say is counted in its own comments, what cannot be read is reported with its line;
nothing is dropped in silence.
"""
