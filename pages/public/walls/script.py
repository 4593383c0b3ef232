"""The one script of a wall, and what a Content-Security-Policy names it by."""

import base64
import hashlib
from pathlib import Path

SCRIPT = Path(__file__).with_name("script.js").read_text(encoding="utf-8")
SCRIPT_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
