"""Charts as pictures made of text: inline SVG that needs no script, and the table beside it that says the same.

Every maker takes integer cents (unit "euro") or plain numbers, and answers with a `Chart`. In a page
`{% include "ui/_chart.html" with chart=chart %}` shows picture and table; a document takes `chart.document_svg()`.
"""

from .canvas import Chart, DataTable, Series
from .columns import Step, bars, waterfall
from .lines import line, sparkline
from .strips import DotRow, dots, strips

__all__ = ["Chart", "DataTable", "DotRow", "Series", "Step", "bars", "dots", "line", "sparkline", "strips", "waterfall"]
