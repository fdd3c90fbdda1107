"""Forms that strangers fill in, whichever room they belong to: what is looked at before anything is read, and the way back."""
