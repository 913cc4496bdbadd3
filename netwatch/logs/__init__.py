"""Logs in, sightings out: what resolvers, proxies and sensors wrote down of who asked for what.

One file for each format, one table of them (`formats.py`). A parser takes one line (of dnstap: one
frame), gives what it says to `Entries`, and answers whether it understood it; ValueError says that
a value in it cannot be. Nothing else is raised, whatever the octets.
"""
