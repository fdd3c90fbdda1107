"""What we sell, at which prices, and the lines of a deal."""
