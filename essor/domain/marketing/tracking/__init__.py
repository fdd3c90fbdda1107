"""What comes back by itself: clicks and opened mails, counted for everybody, kept by person only where they agreed."""
