"""The declared schema, one module per noun; `geo.schema.declared` is the sum."""
