"""What can be done with bulk runs: starting, resuming, streaming, inspecting and finishing them."""
