"""Files that people send: recognised by their content, named by us, stored where nothing serves them.

Of a file's name only its visible part is kept, for display; of its stated type nothing (docs/adr/0009).
"""

from portal.shared.uploads.kinds import Kind, UploadRefused, recognise
from portal.shared.uploads.names import display_name
from portal.shared.uploads.store import FileDamaged, Stored, orphans, read, store

__all__ = ["FileDamaged", "Kind", "Stored", "UploadRefused", "display_name", "orphans", "read", "recognise", "store"]
