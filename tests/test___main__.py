"""`python -m netwatch` is the command line."""

import subprocess
import sys


def test_the_module_runs_the_commands() -> None:
    """What the console script prints, the module prints."""
    done = subprocess.run(
        [sys.executable, "-m", "netwatch", "--help"], capture_output=True, text=True, check=True
    )
    assert "signatures" in done.stdout
    assert done.stderr == ""


def test_a_wrong_command_is_a_usage_error() -> None:
    """Exit codes come through."""
    done = subprocess.run(
        [sys.executable, "-m", "netwatch", "scam"], capture_output=True, check=False
    )
    assert done.returncode == 2
