"""One file per record format. All text from the wire is hostile and is escaped here."""
