"""The writing road: `save.save`, `save.save_many`, `delete.delete`, `undelete.undelete`, `merge.merge`, `undo.undo`.

Nothing else writes a business record.
"""
