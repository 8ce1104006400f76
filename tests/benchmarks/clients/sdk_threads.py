"""A CSV file with SendX's own Python SDK on threads: sdk_threads.py FILE THREADS."""

import csv
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sendx_python_sdk.api.tracking_api import TrackingApi
from sendx_python_sdk.api_client import ApiClient
from sendx_python_sdk.configuration import Configuration
from sendx_python_sdk.models.identify_request import IdentifyRequest

threads = int(sys.argv[2])
configuration = Configuration(
    host=os.environ["SENDX_BASE_URL"], api_key={"TeamApiKey": os.environ["SENDX_API_KEY"]}
)
configuration.connection_pool_maxsize = threads


def identify(row: dict[str, str]) -> str | None:
    """Send a row and return what the service says."""
    request = IdentifyRequest(
        email=row["email"],
        firstName=row["first_name"],
        lastName=row["last_name"],
        tags=row["tags"].split(","),
    )
    return tracking.identify_contact(request).message


with (
    Path(sys.argv[1]).open(encoding="utf-8", newline="") as stream,
    ThreadPoolExecutor(threads) as pool,
    ApiClient(configuration) as client,
):
    tracking = TrackingApi(client)
    for message in pool.map(identify, csv.DictReader(stream)):
        sys.stdout.write(f"{message}\n")
