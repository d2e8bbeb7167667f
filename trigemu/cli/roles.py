"""``trigemu producer|worker|recorder|control``: one role each, for runs over many machines."""
