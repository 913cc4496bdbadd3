"""Starts one command and prints what it cost, as JSON: CPU and wall seconds, peak memory, exit."""

import json
import os
import subprocess
import sys
import time


def main() -> None:
    """Run argv[2:] with its stdout in the file argv[1]."""
    with open(sys.argv[1], "wb") as sink:
        began = time.perf_counter()
        child = subprocess.Popen(sys.argv[2:], stdout=sink, stderr=subprocess.DEVNULL)  # noqa: S603 - run.py's
        _, status, used = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    figures = {
        "cpu_s": used.ru_utime + used.ru_stime,
        "wall_s": wall_s,
        "memory_kib": used.ru_maxrss,
        "exit": child.returncode,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
