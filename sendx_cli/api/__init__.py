"""The network: requests in, answers or transport failures out; only here pycurl and httpx occur."""
