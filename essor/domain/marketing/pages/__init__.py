"""Landing pages: what people read, the form that they answer, the file that they get for it."""
