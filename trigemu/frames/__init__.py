"""Time frames, fragments, ragged columns, the wire format and run directories."""
