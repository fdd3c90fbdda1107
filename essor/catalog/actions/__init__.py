"""The verbs that change what exists, one a file. Each is one transaction: tables, rows, audit and version together."""
