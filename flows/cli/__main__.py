"""`python -m flows.cli`: the same as the console script `presslake`."""

from flows.cli import main

main()
