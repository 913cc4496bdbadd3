"""Files that tell whose an address was: DHCP leases, address tables, tables of switches."""
