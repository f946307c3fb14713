-- `reader` and `retired` are clients of the first run of `widgets`.
INSERT INTO legacy_users (username, email, is_active) VALUES
    ('reader', 'reader@example.com', TRUE),
    ('nightly-sync', NULL, TRUE),
    ('retired', 'retired@example.com', FALSE);
