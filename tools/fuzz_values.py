"""Render values files that are nearly good, and tell of the runs that show what none may show.

PYTHONPATH=. python tools/fuzz_values.py --runs 50000 --first-seed 1000
"""

import argparse
import time
from collections import Counter

from tests.hostile_values import faults, render

SLOW = 2  # seconds


def main() -> int:
    """Render a file for each seed, and return whether any run was at fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--first-seed", type=int, default=0)
    asked = parser.parse_args()
    ended: Counter[str] = Counter()
    for seed in range(asked.first_seed, asked.first_seed + asked.runs):
        began = time.process_time()
        command, given, result = render(seed)
        slow = ["slow"] if time.process_time() - began > SLOW else []
        for fault in [*faults(result), *slow]:
            ended["at fault"] += 1
            print(f"{seed}: {fault}", command, given, sep="\n  ")
        ended[f"status {result.status}"] += 1
    print(", ".join(f"{count} {how}" for how, count in sorted(ended.items())))
    return int(ended["at fault"] > 0)


if __name__ == "__main__":
    raise SystemExit(main())
