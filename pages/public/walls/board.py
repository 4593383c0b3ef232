"""What changes on a wall: six figures, and the five views of which one is shown at a time."""

from models.profiles import Profile
from pages.i18n import words
from pages.public.walls import lists, places, ranking, tiles
from pages.public.walls.land import Land
from services.walls import SnapshotRow


def board(profile: Profile, row: SnapshotRow, land: Land | None, language: str) -> str:
    """All that changes, as HTML. Everything that somebody wrote is escaped where it is put in."""
    t = words(language, profile.timezone)
    views = {
        "situation": places.map_panel(t, profile, row, land)
        + ranking.short_panel(t, profile, row)
        + f"<div class=column>{lists.whistles(t, profile, row, few=True)}{lists.longest(t, profile, row, few=True)}"
        f"{lists.feed(t, profile, row, few=True)}</div>",
        "map": places.map_panel(t, profile, row, land) + places.late_panel(t, profile, row),
        "ranking": ranking.wide_panel(t, profile, row),
        "whistles": f"<div class=pair>{lists.whistles(t, profile, row)}{lists.answers(t, row)}</div>"
        + lists.longest(t, profile, row),
        "feed": lists.feed(t, profile, row)
        + f"<div class=halves>{lists.levels(t, profile, row)}{lists.weeks(t, row)}</div>",
    }
    shown = "".join(f'<section class="view {name}">{body}</section>' for name, body in views.items())
    return tiles.tiles(t, profile, row) + shown
