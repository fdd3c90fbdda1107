"""What Essor does beside what the machine can do: `python -m bench`, or `make bench`. Never part of the tests."""
