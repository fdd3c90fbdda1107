"""What comes back by mail and from opt-out pages: bounces, complaints, and people who want no more of it."""
