"""The doors: how people log in, what is remembered of it, and who is kept out."""
