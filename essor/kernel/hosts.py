"""Names and ports of servers, as people type them."""

from __future__ import annotations

import re

HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[?[0-9A-Fa-f:]{2,39}\]?")
HIGHEST_PORT = 65535
