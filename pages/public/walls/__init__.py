"""The screen of a wall: one document with its style and script, and what of it changes. Pure: rows and words in."""

from pages.public.walls.board import board
from pages.public.walls.document import document, missing
from pages.public.walls.land import Land, land
from pages.public.walls.look import HASH
from pages.public.walls.script import SCRIPT_HASH

__all__ = ["HASH", "SCRIPT_HASH", "Land", "board", "document", "land", "missing"]
