"""Which days the company works: public holidays of its country, and the days on which it is closed."""
