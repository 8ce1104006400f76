"""Reading the account: pages and searches, through the same pacing and retries as writes."""
