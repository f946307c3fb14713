-- The first run of `widgets` has clients named `reader` and `retired`.
INSERT INTO legacy_users (username, email, is_active) VALUES
    ('reader', 'reader@example.com', TRUE),
    ('nightly-sync', NULL, TRUE),
    ('retired', 'retired@example.com', FALSE);
