"""The engine's rooms: one per conversation kind, between decoded packet and finished sighting.

`dns` reads messages, `tcp` and `udp` know where in a conversation they are and call the extractors,
`clients` keeps count of who was visible, `sightings` matches a name and writes the record.
Part of the engine: it may import `decode`, `extract`, `match` and `state`.
"""
