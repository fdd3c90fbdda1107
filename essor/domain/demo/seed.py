"""The seed that everybody's demo company grows from."""

SEED = 20240914
