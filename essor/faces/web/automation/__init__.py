"""The pages of flows: list, builder, versions, test run, run log."""
