//! Tests that need a server, a C library or a browser are compiled only with a feature. Without it, one
//! of the tests below is reported as ignored, so that the output shows what was left out.

#[cfg(not(feature = "postgres"))]
#[test]
#[ignore = "needs PostgreSQL and the feature `postgres`"]
fn tests_with_postgres() {
    panic!("enable the feature `postgres`");
}

#[cfg(not(feature = "mysql"))]
#[test]
#[ignore = "needs MariaDB and the feature `mysql`"]
fn tests_with_mysql() {
    panic!("enable the feature `mysql`");
}

#[cfg(not(feature = "libpq"))]
#[test]
#[ignore = "needs PostgreSQL, its C library and the feature `libpq`"]
fn tests_with_libpq() {
    panic!("enable the feature `libpq`");
}

#[cfg(not(feature = "libmysql"))]
#[test]
#[ignore = "needs MariaDB, its C library and the feature `libmysql`"]
fn tests_with_libmysql() {
    panic!("enable the feature `libmysql`");
}

#[cfg(not(feature = "browser"))]
#[test]
#[ignore = "needs Chromium with `chromedriver` and the feature `browser`"]
fn tests_with_a_browser() {
    panic!("enable the feature `browser`");
}
