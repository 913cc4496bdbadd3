"""What `make torture` throws at the installed netwatch: a function and a process per scenario."""
