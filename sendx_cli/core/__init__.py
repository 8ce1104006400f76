"""Pure rules: values in, values out; no input, no output, no clock, no randomness of its own."""
