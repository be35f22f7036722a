// This module's files replace this one.
