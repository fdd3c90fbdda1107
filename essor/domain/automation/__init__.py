"""Automation without code: flows that start by themselves and go on step by step, set-wise, for any object."""
