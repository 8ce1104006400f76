"""The numbers of a run: counts, throughput, latency, failures."""
