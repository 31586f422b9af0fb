"""Tables, column types, engine, write batching, process lock."""
