"""Finding again: the search over everything, the recycle bin, the background work."""
