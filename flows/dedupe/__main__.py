"""`python -m flows.dedupe IN.parquet OUT.parquet`: dedupe a Parquet file of articles."""

import argparse
import sys
from pathlib import Path

from flows.dedupe.offline import InputError, dedupe_parquet


def main() -> int:
    """Read the arguments, run, print the counts."""
    parser = argparse.ArgumentParser(prog="python -m flows.dedupe", description=dedupe_parquet.__doc__)
    parser.add_argument("src", type=Path, metavar="IN.parquet")
    parser.add_argument("dst", type=Path, metavar="OUT.parquet")
    parser.add_argument("--near-misses", type=Path, metavar="FILE.parquet", help="pairs turned down, with the reason")
    arguments = parser.parse_args()
    try:
        counts = dedupe_parquet(arguments.src, arguments.dst, near_misses=arguments.near_misses)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    relations = ", ".join(f"{number} {name}" for name, number in sorted(counts.by_relation.items()))
    print(f"{counts.rows} rows, {counts.clusters} clusters: {relations}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
