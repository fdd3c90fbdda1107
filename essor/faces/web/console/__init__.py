"""The SOQL console: write a query with help, see its rows, export them, open them as a list."""
