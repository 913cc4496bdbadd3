"""`python -m hostile SCENARIO`: runs one scenario in this process and prints its outcome."""

import gc
import resource
import sys

from hostile import bombs, copies, costs, floods, growth, judged

SCENARIOS = {
    function.__name__.replace("_", "-"): function
    for function in (
        costs.mutated_packets,
        costs.heavy_packets,
        growth.growth,
        floods.syn_flood,
        floods.half_hellos,
        floods.crumbs_behind_gaps,
        floods.growing_streams,
        floods.certificates,
        floods.quic_garbage,
        floods.quic_unfinished,
        floods.dns_answers,
        floods.fragments,
        floods.claims,
        floods.chosen_keys,
        floods.random_names,
        judged.matched_clients,
        judged.matched_captures,
        bombs.gzip_bombs,
        bombs.zstd_bombs,
        bombs.xz_bombs,
        bombs.bzip2_bombs,
        copies.duplicates,
        copies.lossy,
    )
}


def main() -> None:
    """Run it."""
    if sys.argv[1:] == ["--list"]:
        sys.stdout.write("\n".join(SCENARIOS) + "\n")
        return
    gc.freeze()  # as a long-running process: what was imported is not looked through again
    outcome = SCENARIOS[sys.argv[1]]()
    outcome.memory_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(outcome.line() + "\n")


if __name__ == "__main__":
    main()
