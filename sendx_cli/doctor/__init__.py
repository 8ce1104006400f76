"""What `sendx doctor` looks at: one small check each, which changes nothing."""
