// This target's files replace this one.
