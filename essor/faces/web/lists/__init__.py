"""The home page, the lists of every object with their filters, mass edits and segments."""
