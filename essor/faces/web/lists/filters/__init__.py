"""The filter builder: a draft that a form edits, from a tree of conditions and back into one."""
