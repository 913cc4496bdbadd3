"""The comparison as text: for the terminal, and as docs/parity.md."""
def page(c): return ""
def summary(c):
    return "\n".join(map(str,[c.told,c.found,c.outside,c.outside_found,c.aliases,c.captures,c.damaged])+c.problems)
