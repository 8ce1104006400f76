"""HTTP status codes (RFC 9110, 15) as plain numbers.

The standard library's own take a millisecond to load, which every call would pay.
"""

OK = 200
CREATED = 201
ACCEPTED = 202
MULTIPLE_CHOICES = 300
BAD_REQUEST = 400
PROXY_AUTHENTICATION_REQUIRED = 407
TOO_MANY_REQUESTS = 429
INTERNAL_SERVER_ERROR = 500
