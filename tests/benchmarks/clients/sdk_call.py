"""One call with SendX's own Python SDK."""

import os

from sendx_python_sdk.api.tracking_api import TrackingApi
from sendx_python_sdk.api_client import ApiClient
from sendx_python_sdk.configuration import Configuration
from sendx_python_sdk.models.track_request import TrackRequest

configuration = Configuration(
    host=os.environ["SENDX_BASE_URL"], api_key={"TeamApiKey": os.environ["SENDX_API_KEY"]}
)
with ApiClient(configuration) as client:
    TrackingApi(client).track_contact(TrackRequest(email="a@b.co", addTags=["x"]))
