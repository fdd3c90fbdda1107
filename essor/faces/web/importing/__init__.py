"""The import wizard: a file, its columns, what to do with them, a trial, the import; and the imports of the past."""
