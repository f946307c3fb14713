-- AUTOINCREMENT: the id of a deleted widget is never given to another one.
CREATE TABLE widgets (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL
);
