CREATE TABLE legacy_users (
    id INTEGER PRIMARY KEY NOT NULL,
    username TEXT NOT NULL UNIQUE,
    email TEXT,
    is_active BOOLEAN NOT NULL
);
