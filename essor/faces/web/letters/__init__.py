"""The pages of letters: the gallery, the editor with its previews, the picture library."""
