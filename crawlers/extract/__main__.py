"""`python -m crawlers.extract IN.parquet OUT.parquet`: the offline door without the command line."""

import argparse
import os
from pathlib import Path

from crawlers.extract.batch import PAGE_TIMEOUT
from crawlers.extract.offline import extract_parquet


def main() -> None:
    """Extract the pages of a Parquet file and print how many had which outcome."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.extract", description=main.__doc__)
    parser.add_argument("source", type=Path, help="Parquet file with columns id, site, url, fetched_at, html")
    parser.add_argument("target", type=Path, help="Parquet file to write")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--page-timeout", type=float, default=PAGE_TIMEOUT, metavar="SECONDS")
    parser.add_argument("--no-templates", action="store_true", help="don't learn site templates from the pages")
    options = parser.parse_args()
    counts = extract_parquet(
        options.source,
        options.target,
        processes=options.processes,
        page_timeout=options.page_timeout,
        use_templates=not options.no_templates,
    )
    for outcome, pages in counts.most_common():
        print(f"{pages:8}  {outcome}")


if __name__ == "__main__":
    main()
