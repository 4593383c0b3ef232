"""What a screen that compares the units below says where there are none."""

from pages.ui import layout
from pages.ui.cases import link
from pages.ui.frame import User
from services.units import UnitRow


def nothing(user: User, here: UnitRow) -> None:
    """That there is nothing to compare, why, and the way on."""
    t = user.t
    with layout.panel("alone"):
        if here.level == user.profile.level_keys[-1]:
            layout.empty(t("There is nothing below this unit to compare."))
        elif here.id == user.actor.unit_id:
            layout.empty(t("There is nothing below this unit to compare yet. It comes with the import of units."))
            link(t("Import a file"), "imports", {"unit": here.code})
        else:
            layout.empty(t("There is nothing below this unit to compare. Choose a unit further up."))
