"""Visits of the company's own site: the script, what it sends, its set-up, and what it found out."""
