"""Scenarios: flows that write to contacts and leads."""
