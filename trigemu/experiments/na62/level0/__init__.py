"""L0: primitives and the trigger processor."""
