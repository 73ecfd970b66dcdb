"""Files on their way in, before any view has looked at them."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class CappedUpload(TemporaryFileUploadHandler):
    """Writes no more to the disk than one request may bring.

    Django takes in the files of a request before the view asks who sends it, so a stranger could fill the disk. What
    goes beyond the limit is counted but not kept: the view sees the true size and refuses the file with its sentence.
    """

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received <= settings.UPLOAD_MAX_MB * 1_000_000:
            super().receive_data_chunk(raw_data, start)
