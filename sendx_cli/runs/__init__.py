"""The use cases of bulk runs: starting, resuming, streaming, inspecting and finishing them."""
