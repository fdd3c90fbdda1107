"""Mail that comes in: doors (LMTP, SMTP) and mailboxes (IMAP) keep it safely, then the room that it is for takes it."""
