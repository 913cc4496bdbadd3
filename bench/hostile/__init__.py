"""What `make torture` throws at the installed netwatch: one function a scenario, run one a process."""
