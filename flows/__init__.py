"""Everything that orchestrates or stores: flows, dedupe, the lake and the command line."""
