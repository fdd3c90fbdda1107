"""Pages about duplicates: what a form tells, suspected groups, the merge, the matching rules."""
