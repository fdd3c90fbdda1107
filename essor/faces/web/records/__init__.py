"""The pages of one record: reading it, writing it, what belongs to it and what happened to it."""
