"""The products of a deal on its page: a grid to change them, a dialog to add several at once."""
