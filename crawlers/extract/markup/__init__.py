"""From the bytes of a page to its blocks: charset, tree, one walk, and where each block stands."""
