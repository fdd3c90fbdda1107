"""Visits of the company's own web site: counted for everybody, kept by person only where they agreed."""
