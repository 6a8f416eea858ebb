"""The REST interface: shapes in, operations, shapes out."""
