"""Many records at once: mass edit, mass delete, emptying the recycle bin; each can be watched, most can be undone."""
