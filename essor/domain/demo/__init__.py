"""A made-up company to try Essor with: same seed, same data, dates that move with today."""
