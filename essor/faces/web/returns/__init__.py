"""Mails that came back, in the set-up: the doors they come in by, and what they said."""
