"""Absences on pages: one's own among the preferences, everybody's in the set-up."""
