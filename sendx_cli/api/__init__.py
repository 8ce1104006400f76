"""The network: one request in, one answer or transport failure out; pycurl and httpx stay here."""
