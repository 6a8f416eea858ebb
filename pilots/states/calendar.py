"""The programme's calendar."""

import re
from datetime import date

FIRST_DAY = date(2000, 1, 1)
"""No record and no figure speaks of an earlier day: whoever types one has slipped."""

WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
"""How a day is written at every door; the week and compact forms of ISO 8601 are not in use."""
