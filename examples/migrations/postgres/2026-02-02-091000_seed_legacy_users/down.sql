DELETE FROM legacy_users WHERE username IN ('reader', 'nightly-sync', 'retired');
