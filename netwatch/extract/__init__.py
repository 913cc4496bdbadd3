"""Compiled. Names out of payloads, one file per protocol.

Every parser is given `(data, start, end)`, reads nothing outside these bounds, never raises for any
octets, and gives one of three answers as an i64: `Answer.DONE` (1), `Answer.NEED_MORE` (0), or
`-Anomaly.X` (negative). What it found stands in the attributes of the reused object until the next
call. Strict about lengths, deaf to semantics.
"""
