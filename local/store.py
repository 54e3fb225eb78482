"""The event store of this run: files as Firehose writes them on AWS, and the report on them."""

import base64
import gzip
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytracking.errors import ConfigurationError


class LocalStore:
    """Keeps events in a folder: one JSON object a line, gzip, by the day on which they came in.

    Any thread may use it.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"cannot keep events in {folder}: {error}") from error
        self.folder = folder
        self.stored = 0  # events since this run began
        self._lock = threading.Lock()

    def put_records(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one PutRecordBatch of Firehose and return its answer.

        https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
        """
        records = [base64.b64decode(record["Data"]) for record in request["Records"]]
        lines = b"".join(records)
        day = self.folder / f"dt={datetime.now(UTC):%Y-%m-%d}"
        with self._lock:
            day.mkdir(exist_ok=True)
            with (day / "events.gz").open("ab") as file:
                file.write(gzip.compress(lines))
            self.stored += lines.count(b"\n")
        answers = [{"RecordId": f"{self.stored}-{number}"} for number, _ in enumerate(records)]
        return {"FailedPutCount": 0, "Encrypted": False, "RequestResponses": answers}

    def report(self) -> str:
        """Return the report on all events in the folder, as one page of HTML.

        Raises:
            ConfigurationError: no event is stored yet.
            ReportError: the files could not be read.
        """
        from pytracking.reporting.files import report_of
        from pytracking.reporting.page import page

        with self._lock:  # half a batch is no damage
            return page(report_of([self.folder]))
