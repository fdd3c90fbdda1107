"""Currencies and what they were worth on which day: the rates that amounts are converted at."""
