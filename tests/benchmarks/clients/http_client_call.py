"""One call with the standard library: the least that Python can do."""

import http.client
import json
import os
import ssl
import sys
from urllib.parse import urlsplit

address = urlsplit(os.environ["SENDX_BASE_URL"])
assert address.hostname
connection: http.client.HTTPConnection
if address.scheme == "https":
    context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    connection = http.client.HTTPSConnection(
        address.hostname, address.port, timeout=60, context=context
    )
else:
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
connection.request(
    "POST",
    f"{address.path}/contact/track",
    json.dumps({"email": "a@b.co", "addTags": ["x"]}),
    {"Content-Type": "application/json", "X-Team-ApiKey": os.environ["SENDX_API_KEY"]},
)
sys.stdout.write(f"{json.loads(connection.getresponse().read())}\n")
