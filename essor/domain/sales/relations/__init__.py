"""Who belongs to whom: companies to groups, people to deals and, over the years, to companies."""
