"""Which blocks of a page are the story: the generic way, the shared rules, and what either leaves out."""
