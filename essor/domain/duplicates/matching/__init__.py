"""How alike two records are: normal forms, comparisons, weights. Pure functions; nothing here asks a database."""
