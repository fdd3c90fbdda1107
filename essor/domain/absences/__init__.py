"""Who is away from when until when, and who stands in: for all rooms that hand out work or ask people."""
