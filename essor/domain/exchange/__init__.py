"""Records in and out in bulk: the engine behind the import and export pages, the API and the command line."""
