"""What the room offers to flows: importing it registers the steps, the events that start them, and the jobs."""

from __future__ import annotations
