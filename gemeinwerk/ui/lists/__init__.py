"""The one list of the house: sorted, filtered and paged by the address, the same with a QuerySet or a list of dicts.

A room declares its columns and gets the page, the controls and the spreadsheet from one declaration:

    class MeasureList(lists.List):
        caption = "Maßnahmen"
        columns = (
            Column("title", "Maßnahme", filter="text", url=lambda row: reverse("measure-detail", …)),
            Column("effect_cents", "Entlastung", kind="euro0", filter="range", total=True),
        )
        order = "-effect_cents"

    listing = MeasureList(queries.measures(seat), request.GET)

Nothing in the address can raise: what is not understood is left out, and the page says so. Per page: one query for
the count, one for the rows, one for the sums if a column asks for them.
"""

from .columns import Column
from .listing import List

__all__ = ["Column", "List"]
