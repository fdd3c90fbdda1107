"""What is done with quotes on pages: made of a deal, made anew, looked at as a document, sent."""
