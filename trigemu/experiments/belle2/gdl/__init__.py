"""Belle II's global decision logic: menus in the experiment's own files."""
