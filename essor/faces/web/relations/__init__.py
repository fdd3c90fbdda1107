"""Pages about relations: the tree of companies, parts in deals, people and the companies they were with."""
