"""What a shell offers at `<TAB>`: without the option parser, whose loading would be felt."""
