-- AUTOINCREMENT: the ID of a deleted widget is never reused.
CREATE TABLE widgets (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL
);
