"""Results as tables (`trigemu.render.table.Table`): made once, for terminals, pages, notebooks and pandas."""
