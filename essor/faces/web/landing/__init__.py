"""Landing pages: the public page with its form and its file, and the page on which one is built."""
